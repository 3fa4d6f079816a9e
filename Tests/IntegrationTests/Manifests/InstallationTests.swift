import ObjectModel
import TestSupport
import Testing

/// The manifests on a real API server.
@Suite(.serialized)
struct InstallationTests {
    @Test("Everything can be applied, and applying it again changes nothing")
    func applies() async throws {
        let controlPlane = try await ControlPlane.shared
        let installation = Installation(controlPlane)

        let first = try await installation.apply()
        #expect(first.count > 15)

        let second = try await installation.apply()
        #expect(second.count == first.count)
        // A server that drops the definition's CEL rules is sent them again.
        for line in second where controlPlane.features.hasCEL || !line.hasPrefix("customresourcedefinition") {
            #expect(line.hasSuffix(" unchanged"), "\(line)")
        }
    }

    @Test("Each account may do what its server needs, and nothing else", arguments: Rights.all)
    func rights(_ rights: Rights) async throws {
        let controlPlane = try await ControlPlane.shared
        _ = try await Installation(controlPlane).apply()
        let review = """
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
             "spec": {"namespace": "\(rights.namespace)"}}
            """
        let arguments = [
            "create", "--as=system:serviceaccount:tproxy-system:\(rights.account)", "-o", "json", "-f", "-",
        ]
        var granted: [String] = []
        // The API server learns of new roles within moments.
        _ = try? await eventually("the roles to be in force") {
            let answer = try await controlPlane.kubectl().check(arguments, input: review)
            granted = try Rights.lines(of: JSONReader.document(answer).value)
            return granted == rights.granted ? () : nil
        }
        #expect(granted == rights.granted)
    }

    @Test("Every sample is accepted, and nothing in it is dropped")
    func samples() async throws {
        let controlPlane = try await ControlPlane.shared
        try await controlPlane.installDefinition()
        let namespace = try await controlPlane.namespace()
        let kubectl = controlPlane.kubectl()
        let samples = try Repository.files(below: "manifests/samples").filter { file in
            // The Secrets are for the namespace of the installation.
            file.hasSuffix(".yaml") && !file.hasPrefix("manifests/samples/secrets/")
        }
        #expect(samples.count >= 3)
        for sample in samples {
            let path = Repository.path(sample)
            let asked = try await kubectl.check([
                "create", "--dry-run=client", "-n", namespace, "-o", "json", "-f", path,
            ])
            let stored = try await kubectl.check(["create", "-n", namespace, "-o", "json", "-f", path])
            let fields = try (JSONReader.document(asked).value, JSONReader.document(stored).value)
            #expect(fields.0["spec"] == fields.1["spec"], "\(sample)")
            #expect(fields.0["metadata"]?["annotations"] == fields.1["metadata"]?["annotations"], "\(sample)")
        }
    }
}
