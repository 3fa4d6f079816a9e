import Configuration
import DestinationRules
import ObjectModel
import SMTP
import TestSupport
import Testing

@testable import kubectl_tproxy

@Suite("What is read in a cluster")
struct FactReadingTests {
    @Test(
        "The API server's answers to a resource are told apart",
        arguments: [
            (
                #"Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "w": failed to call webhook: Post "https://x": context deadline exceeded"#,
                "notAsked"
            ),
            (
                #"The Destination "a" is invalid: metadata.annotations[x]: Invalid value: "y": no JSON; write (TPX030)"#,
                "refusedByUs"
            ),
            (#"The Destination "a" is invalid: spec.service.port: Invalid value: 0"#, "refused"),
            (
                #"Error from server (Forbidden): error when creating "STDIN": admission webhook "x" denied the request: no"#,
                "refused"
            ),
            (
                #"Error from server (Forbidden): error when creating "STDIN": destinations.x is forbidden: User "u" cannot create"#,
                "unknown"
            ),
            (#"Error from server (NotFound): error when creating "STDIN": namespaces "x" not found"#, "unknown"),
        ]
    )
    func answers(text: String, expected: String) {
        let answer = WebhookProbes.Answer(KubectlError(errorOutput: text))
        #expect("\(answer)".hasPrefix(expected), "\(answer)")
    }

    @Test("The resources that the webhook is shown: one with nothing wrong, one with what only it sees")
    func probes() throws {
        #expect(DestinationRules.check(WebhookProbes.valid(instance: nil)).findings.isEmpty)
        let faults = DestinationRules.check(WebhookProbes.invalid(instance: nil)).findings
        #expect(faults.map { "\($0.code)" } == ["TPX030"])
    }

    @Test("Numbers of a server are read by name and first label")
    func metrics() {
        let values = MetricValues(
            """
            # HELP tproxy_a x
            tproxy_a{instance="x y",other="z"} 1
            tproxy_a{instance="b"} 0
            tproxy_b 1.8e+09
            nonsense
            go_c 1
            tp_d{namespace="a",tenant="b"} 2
            tp_d{namespace="c",tenant="d"} 3
            """
        )
        #expect(values["tproxy_a"] == [.init(label: "x y", value: 1), .init(label: "b", value: 0)])
        #expect(values["tproxy_b"] == [.init(label: nil, value: 1_800_000_000)])
        #expect(values["go_c"].isEmpty && values.sum("go_c") == nil)
        #expect(values.sum("tp_d") == 5)
    }

    @Test("Pods are read with what keeps them from being ready")
    func pods() throws {
        let pod = try #require(
            ServerPod(
                try JSONReader.document(
                    #"""
                    {"metadata": {"name": "p", "labels": {"app.kubernetes.io/name": "tproxy-relay"}},
                    "spec": {"containers": [{"image": "i:1", "ports": [{"name": "metrics", "containerPort": 9000}]}]},
                    "status": {"phase": "Pending", "conditions": [{"type": "Ready", "status": "False"}],
                    "containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]}}
                    """#
                ).value
            )
        )
        #expect(
            pod
                == ServerPod(
                    name: "p",
                    server: .relay,
                    isReady: false,
                    trouble: "ImagePullBackOff",
                    image: "i:1",
                    port: 9000
                )
        )
        #expect(ServerPod(try JSONReader.document(#"{"metadata": {"name": "other"}}"#).value) == nil)
    }

    @Test("The manifests' definition is as this build expects it")
    func definition() throws {
        let definition = try SampleFacts.manifest("manifests/crd.yaml")
        let version = try #require(definition["spec"]?["versions"]?.arrayValue?.first)
        #expect(ExpectedDefinition.missing(in: version).isEmpty)
        #expect(definition["metadata"]?["name"] == .string(ExpectedDefinition.name))
        let properties = version["schema"]?["openAPIV3Schema"]?["properties"]
        let expected = Set(ExpectedDefinition.fields.map { $0.split(separator: ".").prefix(2).joined(separator: ".") })
        for part in ["spec", "status"] {
            for field in (properties?[part]?["properties"]?.objectValue ?? [:]).keys {
                #expect(expected.contains("\(part).\(field)"), "\(part).\(field)")
            }
        }
    }

    @Test("Keys of a binding, as far as their names tell")
    func bindings() {
        func missing(_ keys: Set<String>, key: String? = nil, hasPrivateKey: Bool = false) -> [String] {
            InstanceCheck.missingKeys(keys, of: .init(name: "s", key: key), hasPrivateKey: hasPrivateKey)
        }
        #expect(missing(["clientid", "clientsecret", "url", "uri"]).isEmpty)
        #expect(missing(["clientid", "certificate", "certurl", "uri", "key"]).isEmpty)
        #expect(missing(["clientid", "certificate", "certurl", "uri"]) == ["key"])
        #expect(missing(["clientid", "certificate", "certurl", "uri"], hasPrivateKey: true).isEmpty)
        #expect(missing(["credentials"]).isEmpty && missing([]) != [])
        #expect(missing(["a"], key: "a").isEmpty && missing(["a"], key: "b") == ["b"])
    }

    @Test(
        "How long to wait is written as kubectl has it",
        arguments: [
            ("90", 90), ("90s", 90), ("2m", 120), ("1h30m", 5400), ("0", nil), ("", nil), ("-1", nil), ("2x", nil),
            ("m", nil), ("2m3", nil), ("9999999999s", nil), ("25h", nil),
        ] as [(String, Int?)]
    )
    func waiting(text: String, seconds: Int?) {
        #expect(WaitTime(argument: text)?.duration == seconds.map { .seconds($0) })
    }
}
