import Glibc
import Testing

extension WithMailServers.ProductTests {
    /// What is away, and comes back.
    @Suite struct OutageTests {
        @Test("Without manager and API server mail flows on; when they are back, nothing has moved and all goes on")
        func controlPlaneIsAway() async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            try await ProductRun.perform { run in
                for (tenant, account) in ["acme": accounts.acme, "globex": accounts.globex] {
                    try run.site.write(.basic(account, port: servers.postfix.port), tenant: tenant)
                }
                var mail = Destination(name: "mail", destination: MailDestination.name, tenants: #"["acme"]"#)
                try await run.apply(mail)
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                let port = try await run.port("mail-acme")

                run.manager.process.signal(SIGKILL)
                let server = try run.site.controlPlane.apiServer()
                try await server.kill()
                do {
                    // Long enough for both to notice.
                    try await eventually("the relay to miss the API server", within: .seconds(60)) {
                        try await run.relay.page("/metrics").contains("tproxy_relay_watch_connected 0") ? () : nil
                    }
                    #expect(try await run.login(of: port) == accounts.acme.user)
                    _ = try await run.relay.page("/readyz")
                } catch {
                    try await server.start()
                    throw error
                }
                try await server.start()
                // Kinds that other servers serve are there a little later.
                try await eventually("Destinations to be served again", within: .seconds(60)) {
                    try await run.site.kubectl.run(["get", "destinations", "-A"]).succeeded ? () : nil
                }

                mail.tenants = #"["acme", "globex"]"#
                try await run.apply(mail)
                // Another manager, which takes the Lease of the one that was killed.
                let second = try ManagerServer(run.site)
                do {
                    #expect(try await run.telnet("mail-globex").login == accounts.globex.user)
                    #expect(try await run.port("mail-acme") == port)
                    #expect(try await run.login(of: port) == accounts.acme.user)
                } catch {
                    await second.process.stop()
                    throw ProductRun.Failure(cause: error, managerLog: second.log, relayLog: run.relay.log)
                }
                await second.process.stop()
            }
        }

        @Test("A relay is replaced: the tenant stays Ready as long as one that is ready has its route")
        func relayIsReplaced() async throws {
            let servers = try MailServers.current
            try await ProductRun.perform { run in
                try run.site.write(.basic(servers.accounts.shop, port: servers.postfix.port))
                try await run.apply(Destination(name: "mail", destination: MailDestination.name))
                try await run.site.waitUntilAvailable("mail", in: run.namespace)

                let second = try await RelayServer.start(run.site, number: 2)
                await run.relay.stop()
                // The second one is proven, so it stays available; then nobody is left.
                try await eventually("the manager to know one relay", within: .seconds(60)) {
                    try await run.manager.page("/metrics").contains(#"tproxy_manager_relays{state="reporting"} 1"#)
                        ? () : nil
                }
                try await run.site.waitUntilAvailable("mail", in: run.namespace, seconds: 5)
                await second.stop()
                try await run.site.kubectl.check([
                    "wait", "--for=condition=Available=False", "--timeout=60s", "-n", run.namespace, "destination/mail",
                ])
            }
        }
    }
}
