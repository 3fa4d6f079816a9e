import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension WithMailServers.ProductTests {
    /// What is done to one tenant's Services, and who else wants names and ports, is nothing to the other tenants' mail.
    @Suite struct MeddlingTests {
        private static let tamperedRelayService = [
            #"{"spec":{"ports":[{"name":"smtp","port":465,"protocol":"TCP","targetPort":1}]}}"#,
            #"{"spec":{"selector":{"app.kubernetes.io/name":"other"}}}"#,
            #"{"metadata":{"labels":null}}"#,
            #"{"metadata":{"annotations":null}}"#,
        ]

        private static let tamperedService = [
            #"{"spec":{"externalName":"evil.example.com"}}"#,
            #"{"spec":{"type":"ClusterIP","clusterIP":"None","externalName":null}}"#,
        ]

        @Test("A tenant's Services are changed and deleted: it is served on the same port again, the other all along")
        func tampering() async throws {
            let accounts = try MailServers.current.accounts
            try await Self.perform { run, mail, ports in
                let relayService = ["service", "-n", run.site.namespace, RelayService.name(port: ports.globex)]
                let service = ["service", "-n", run.namespace, "mail-globex"]
                let claims = try await run.site.claims()

                func isServedAgain(after what: String) async throws {
                    try await eventually("mail again after \(what)", within: .seconds(60)) { () -> Void? in
                        let port = try await run.site.relayPort(of: "mail-globex", in: run.namespace)
                        guard port == ports.globex, try await run.site.claims() == claims else { return nil }
                        return try await run.login(of: ports.globex) == accounts.globex.user ? () : nil
                    }
                    try await mail.take(3)
                }
                for (object, patches) in [(relayService, Self.tamperedRelayService), (service, Self.tamperedService)] {
                    for patch in patches {
                        try await run.site.kubectl.patch(object, patch)
                        try await isServedAgain(after: patch)
                    }
                    try await run.site.kubectl.check(["delete"] + object)
                    try await isServedAgain(after: "delete \(object)")
                }
            }
        }

        @Test("Foreign Services, a claimed name and a full range are said, and nobody's mail stands still for them")
        func rivals() async throws {
            try await Self.perform(portCount: 8) { run, mail, ports in
                func create(_ name: String, tenants: String?) async throws {
                    try await run.apply(Destination(name: name, destination: MailDestination.name, tenants: tenants))
                }
                let foreign = ["service", "-n", run.namespace, "other"]
                let kubectl = run.site.kubectl
                try await kubectl.check(["create", "service", "clusterip"] + foreign[1...] + ["--tcp=465:465"])
                try await create("other", tenants: nil)
                let inTheWay = "ConfigurationError-K8sResourceWithNameAlreadyPresent"
                try await run.site.reason(inTheWay, of: "other", in: run.namespace)
                try await mail.take(5)

                try await create("mail-acme", tenants: nil)
                let claimed = "ConfigurationError-DuplicateDestinationCustomResource"
                try await run.site.reason(claimed, of: "mail-acme", in: run.namespace)
                try await mail.take(5)

                try await create("many", tenants: #"["a", "b", "c", "d", "e", "f", "g", "h"]"#)
                try await run.site.reason("PortRangeExhausted", of: "many", in: run.namespace, tenant: "h")
                try await mail.take(5)

                let stray = ["service", "-n", run.site.namespace, "stray"]
                try await kubectl.check(
                    ["create", "service", "clusterip"] + stray[1...] + ["--tcp=25:\(ports.globex)"]
                )
                try await kubectl.check(["annotate"] + stray + ["\(RelayService.routeAnnotation)=x"])
                try await run.site.reason("RelayPortContested", of: "mail", in: run.namespace, tenant: "globex")
                try await mail.take(5)
                try await kubectl.check(["delete"] + stray)

                for name in ["other", "mail-acme", "many"] { try await run.delete(name) }
                try await eventually("all Services of theirs to go", within: .seconds(60)) {
                    let claims = try await run.site.claims().values.filter(\.isServed)
                    return Set(claims.map(\.route.serviceName.rawValue)) == ["mail-acme", "mail-globex"] ? () : nil
                }
                try await mail.take(5)
            }
        }

        /// Lets `body` meddle while mail flows for one tenant. Both tenants keep their ports, and can send at the end.
        private static func perform(
            portCount: Int = 40,
            _ body: (ProductRun, MailFlow, (acme: Int, globex: Int)) async throws -> Void
        ) async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            try await ProductRun.perform(portCount: portCount) { run in
                for (tenant, account) in ["acme": accounts.acme, "globex": accounts.globex] {
                    try run.site.write(.basic(account, port: servers.postfix.port), tenant: tenant)
                }
                let tenants = #"["acme", "globex"]"#
                try await run.apply(Destination(name: "mail", destination: MailDestination.name, tenants: tenants))
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                let ports = (acme: try await run.port("mail-acme"), globex: try await run.port("mail-globex"))
                try await MailFlow.run(to: ports.acme, as: accounts.acme) { try await body(run, $0, ports) }
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                #expect(try await run.port("mail-acme") == ports.acme)
                #expect(try await run.port("mail-globex") == ports.globex)
                #expect(try await run.login(of: ports.acme) == accounts.acme.user)
                #expect(try await run.login(of: ports.globex) == accounts.globex.user)
            }
        }
    }
}
