import ObjectModel
import Testing

@testable import kubectl_tproxy

@Suite("Network policies")
struct NetworkRulesTests {
    static let system = [NetworkRules.namespaceLabel: "tproxy-system"]
    static let relay = ["app.kubernetes.io/name": "tproxy-relay"]

    @Test(
        "Whether applications get out to the relay",
        arguments: [
            ("[]", false), ("[{}]", true), (#"[{"ports": [{"port": 20000}]}]"#, true),
            (#"[{"ports": [{"port": 20001}]}]"#, false), (#"[{"ports": [{"port": 20000, "protocol": "UDP"}]}]"#, false),
            (#"[{"ports": [{"port": 19000, "endPort": 21000}]}]"#, true), (#"[{"ports": [{"port": "smtp"}]}]"#, false),
            (#"[{"ports": [{"protocol": "TCP"}]}]"#, true), (#"[{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]"#, true),
            (#"[{"to": [{"namespaceSelector": {}}]}]"#, true), (#"[{"to": [{"podSelector": {}}]}]"#, false),
            (#"[{"to": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]}]"#, false),
            (
                #"""
                [{"to": [{"namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name",
                "operator": "In", "values": ["tproxy-system"]}]},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "tproxy-relay"}}}]}]
                """#, true
            ),
            (
                #"""
                [{"to": [{"namespaceSelector": {},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "other"}}}]}]
                """#, false
            ),
            (#"[{"to": [{"namespaceSelector": {}}], "ports": [{"port": 53}]}, {"ports": [{"port": 20000}]}]"#, true),
        ]
    )
    func egress(rules: String, isAllowed: Bool) throws {
        let policy = try JSONReader.document(#"{"spec": {"policyTypes": ["Egress"], "egress": \#(rules)}}"#).value
        let allows = NetworkRules(egressOf: policy).allows(
            port: 20_000,
            namespaceLabels: Self.system,
            podLabels: Self.relay
        )
        #expect(allows == isAllowed)
        #expect(NetworkRules.restrictsEgress(policy))
    }

    @Test("Labels are compared as Kubernetes does it")
    func selectors() throws {
        func matches(_ expression: String, _ labels: [String: String]) throws -> Bool {
            NetworkRules.matches(
                try JSONReader.document(#"{"matchExpressions": [{"key": "a", \#(expression)}]}"#).value,
                labels
            )
        }
        #expect(try matches(#""operator": "Exists""#, ["a": "x"]) && !matches(#""operator": "Exists""#, [:]))
        #expect(
            try matches(#""operator": "DoesNotExist""#, [:]) && !matches(#""operator": "DoesNotExist""#, ["a": "x"])
        )
        #expect(try matches(#""operator": "NotIn", "values": ["y"]"#, ["a": "x"]))
        #expect(try matches(#""operator": "NotIn", "values": ["y"]"#, [:]))
        #expect(try !matches(#""operator": "In", "values": ["y"]"#, [:]))
        #expect(try !matches(#""operator": "Like""#, ["a": "x"]))
    }

    @Test("A policy without types restricts the way out only where it has rules for that")
    func types() throws {
        func restricts(_ spec: String) throws -> Bool {
            NetworkRules.restrictsEgress(try JSONReader.document(#"{"spec": \#(spec)}"#).value)
        }
        #expect(try !restricts(#"{"podSelector": {}}"#) && !restricts(#"{"policyTypes": ["Ingress"]}"#))
        #expect(try restricts(#"{"egress": []}"#) && restricts(#"{"policyTypes": ["Egress"]}"#))
    }
}
