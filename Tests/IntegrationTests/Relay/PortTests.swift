import Testing

extension WithMailServers.RelayTests {
    /// Which port is whose.
    @Suite struct PortTests {
        @Test("Ports follow namespace, name and tenant from the first one; one that is taken is left out")
        func order() async throws {
            let servers = try MailServers.current
            let directory = try RelayDirectory()
            try directory.addResource("alpha", namespace: "b")
            try directory.addResource("zeta", namespace: "a", tenants: ["t2", "t1"])
            try directory.addResource("beta", namespace: "a")
            let destination = MailDestination.basic(servers.accounts.acme, port: servers.postfix.port)
            for tenant in [nil, "t1", "t2"] { try directory.write(destination, tenant: tenant) }

            let first = try LoopbackPorts.free(6)
            let taken = try LoopbackListener(port: first + 1)
            let routes = try await RelayProcess.run(
                directory,
                authority: servers.authority,
                firstPort: first,
                routes: 4
            ) { try $0.routes }

            #expect(
                Set(routes.map(\.description)) == [
                    "a/beta - beta 127.0.0.1:\(first)",
                    "a/zeta t1 zeta-t1 127.0.0.1:\(first + 2)",
                    "a/zeta t2 zeta-t2 127.0.0.1:\(first + 3)",
                    "b/alpha - alpha 127.0.0.1:\(first + 4)",
                ]
            )
            withExtendedLifetime(taken) {}
        }
    }
}

extension RelayRoute {
    fileprivate var description: String {
        "\(self.namespace)/\(self.destination) \(self.tenant ?? "-") \(self.service) \(self.address):\(self.port)"
    }
}
