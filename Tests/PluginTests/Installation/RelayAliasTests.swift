import ObjectModel
import Testing

@testable import kubectl_tproxy

@Suite("Where a Service leads")
struct RelayAliasTests {
    private func alias(_ host: String) -> RelayAlias? {
        RelayAlias(.object(["spec": .object(["externalName": .string(host)])]))
    }

    @Test("To a relay's port, and the namespace of the installation")
    func relay() {
        let alias = alias("relay-30001.mail-system.svc.cluster.local")
        #expect(alias?.port == 30_001 && alias?.namespace == "mail-system")
    }

    @Test(
        "Anywhere else is no relay",
        arguments: [
            "", "example.com", "relay-30001", "relay-30001.ns", "relay-30001.ns.example.com", "relay-0.ns.svc.x",
            "relay-x.ns.svc.x", "relay-030001.ns.svc.x", "relay-30001.--all.svc.x", "relay-30001..svc.x",
            "relay-30001.a b.svc.x", "mail-30001.ns.svc.x",
        ]
    )
    func others(host: String) {
        #expect(alias(host) == nil)
    }
}
