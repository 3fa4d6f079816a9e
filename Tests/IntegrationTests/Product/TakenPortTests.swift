import Testing

extension WithMailServers.ProductTests {
    /// A port that the relay can't have.
    @Suite struct TakenPortTests {
        @Test("A relay port that something else holds is said in the Destination, and served once it is free")
        func taken() async throws {
            let servers = try MailServers.current
            try await ProductRun.perform(portCount: 4) { run in
                try run.site.write(.basic(servers.accounts.shop, port: servers.postfix.port))
                var holders = try run.site.ports.map { try LoopbackListener(port: $0) }
                try await run.apply(Destination(name: "mail", destination: MailDestination.name))
                try await run.site.reason("RelayPortNotAvailable", of: "mail", in: run.namespace)
                let port = try await run.port("mail")
                holders.removeAll { $0.port == port }
                #expect(holders.count == 3)
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                #expect(try await run.login(of: port) == servers.accounts.shop.user)
            }
        }
    }
}
