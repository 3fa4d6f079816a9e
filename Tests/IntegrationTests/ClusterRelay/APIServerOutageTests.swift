import RelayRoutes
import Testing

extension WithMailServers.ClusterRelayTests {
    /// The API server is away.
    @Suite struct APIServerOutageTests {
        @Test("Known routes serve on without the API server; what changed meanwhile is made up for")
        func apiServerIsAway() async throws {
            let servers = try MailServers.current
            let line = try await SeveredLine(to: try await ControlPlane.shared.kubeconfig)
            try await ClusterRun.perform(kubeconfig: line.kubeconfig) { run in
                for (tenant, account) in ["acme": servers.accounts.acme, "globex": servers.accounts.globex] {
                    try run.site.write(.basic(account, port: servers.postfix.port), tenant: tenant)
                }
                let one = try run.claim(tenant: "acme")
                let two = try run.claim(tenant: "acme", owner: "uid-2")
                try await run.open(one)
                try await run.open(two)
                try await run.found(one.port)
                let session = try SMTPSession(port: one.port)
                _ = try await session.reply()

                line.cut()
                try await run.waitForMetric("tproxy_relay_watch_connected", 0)
                #expect(try await run.login(of: one.port) == servers.accounts.acme.user)
                _ = try await run.relay.page("/readyz")
                // Nobody tells the relay of these.
                let three = try run.claim(tenant: "globex")
                try await run.write(three)
                try await run.delete(two)
                try await run.site.controlPlane.compactEtcd()

                line.mend()
                try await run.opened(three)
                try await run.closed(two.port)
                try await run.waitForMetric("tproxy_relay_watch_connected", 1)
                try await run.found(three.port)
                #expect(try await run.login(of: three.port) == servers.accounts.globex.user)
                // The connection of before has lived through all of it.
                let recipient = MailAccount.recipient()
                #expect(try await ClusterRun.send(to: recipient, over: session) == "250")
            }
            await line.stop()
        }

        @Test("A relay that can't read the routes says why and isn't ready; it is once it can")
        func startsWithoutTheAPIServer() async throws {
            let servers = try MailServers.current
            let line = try await SeveredLine(to: try await ControlPlane.shared.kubeconfig)
            let site = try await ProductSite(authority: servers.authority)
            line.cut()
            let relay = try RelayServer(site, kubeconfig: line.kubeconfig)
            do {
                try await eventually("the relay to say what it lacks", within: .seconds(60)) { () -> Void? in
                    relay.log.contains("the routes can't be read") ? () : nil
                }
                await #expect(throws: (any Error).self) { try await relay.page("/readyz") }
                line.mend()
                try await relay.waitUntilReady()
            } catch {
                await relay.process.stop()
                throw RelayServer.Failure(cause: error, log: relay.log)
            }
            await relay.process.stop()
            await line.stop()
            await site.remove()
        }
    }
}
