import FoundationEssentials
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension WithMailServers.ClusterRelayTests {
    /// Routes that come, change and go.
    @Suite struct RouteTests {
        private static func writeDestinations(_ site: ProductSite) throws {
            let servers = try MailServers.current
            for (tenant, account) in ["acme": servers.accounts.acme, "globex": servers.accounts.globex] {
                try site.write(.basic(account, port: servers.postfix.port), tenant: tenant)
            }
        }

        @Test("The documented session on each tenant's port goes out with that tenant's login")
        func telnet() async throws {
            let servers = try MailServers.current
            try await ClusterRun.perform { run in
                try Self.writeDestinations(run.site)
                for (tenant, account) in ["acme": servers.accounts.acme, "globex": servers.accounts.globex] {
                    let port = try await run.open(run.claim(tenant: tenant))
                    try await run.found(port)
                    let recipient = MailAccount.recipient()
                    let session = Telnet.documentedSession(recipient: recipient)
                    let result = try await Telnet.run(port: port, session: session, pace: .typed)
                    #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
                    #expect(try await servers.postfix.message(to: recipient).login == account.user)
                }
                try await run.waitForMetric(#"tproxy_relay_routes{state="open"}"#, 2)
                #expect(try await run.metric("tproxy_relay_watch_connected") == 1)
            }
        }

        @Test("A route comes, leads elsewhere and goes, and other tenants' connections live on")
        func lifeOfARoute() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            try await ClusterRun.perform { run in
                try Self.writeDestinations(run.site)
                try run.site.write(
                    .basic(servers.accounts.shop, port: servers.postfix.port),
                    name: "second",
                    tenant: "acme"
                )
                let other = try SMTPSession(port: try await run.open(run.claim(tenant: "globex")))
                #expect(try await other.reply().hasPrefix("220"))

                let claim = try run.claim(tenant: "acme")
                let port = try await run.open(claim)
                try await run.found(port)
                let session = try SMTPSession(port: port)
                #expect(try await session.reply().hasPrefix("220"))
                let first = MailAccount.recipient()
                #expect(try await ClusterRun.send(to: first, over: session) == "250")
                #expect(try await servers.postfix.message(to: first).login == account.user)

                let changed = try run.claim(tenant: "acme", destination: "second", port: port)
                try await run.open(changed)
                try await run.found(port)
                let second = MailAccount.recipient()
                #expect(try await ClusterRun.send(to: second, over: session) == "250")
                #expect(try await servers.postfix.message(to: second).login == servers.accounts.shop.user)

                var released = changed
                released.releasedAt = "2026-01-01T00:00:00Z"
                try await run.write(released)
                try await run.closed(port)
                #expect(try await session.reply().hasPrefix("421"))
                try await session.waitUntilClosed()
                #expect(throws: SMTPSession.Failure.self) { try SMTPSession(port: port) }

                let third = MailAccount.recipient()
                #expect(try await ClusterRun.send(to: third, over: other) == "250")
                #expect(try await servers.postfix.message(to: third).login == servers.accounts.globex.user)
            }
        }

        @Test("A transaction under way when its route goes is finished where it began")
        func transactionUnderWay() async throws {
            let servers = try MailServers.current
            try await ClusterRun.perform { run in
                try Self.writeDestinations(run.site)
                let claim = try run.claim(tenant: "acme")
                let port = try await run.open(claim)
                try await run.found(port)
                let recipient = MailAccount.recipient()
                let session = try SMTPSession(port: port)
                _ = try await session.reply()
                _ = try await session.command("MAIL FROM:<app@example.test>")
                _ = try await session.command("RCPT TO:<\(recipient)>")
                #expect(try await session.command("DATA").hasPrefix("354"))
                // The same port for somebody else.
                try await run.open(run.claim(tenant: "globex", owner: "uid-2", port: port))
                #expect(try await session.command("Subject: last\r\n\r\n.").hasPrefix("250"))
                #expect(try await servers.postfix.message(to: recipient).login == servers.accounts.acme.user)
                try await session.waitUntilClosed()
                #expect(try await run.login(of: port) == servers.accounts.globex.user)
            }
        }

        @Test("A port that a tampered Service leads to is served by nobody until that is mended")
        func tamperedService() async throws {
            try await ClusterRun.perform { run in
                try Self.writeDestinations(run.site)
                let claim = try run.claim(tenant: "acme")
                let port = try await run.open(claim)
                // Somebody's copy of the Service under a name of his own.
                var copy = try #require(claim.service(in: run.site.namespace).objectValue)
                copy["metadata"] = .object(
                    (copy["metadata"]?.objectValue ?? [:]).merging(["name": .string("stray")]) { $1 }
                )
                try await run.site.client.create(.services, .object(copy))
                try await run.closed(port)
                #expect(try await run.metric(#"tproxy_relay_routes{state="conflicting"}"#) == 1)
                #expect(run.relay.log.contains("Service stray can't be used"))
                _ = try await run.relay.page("/readyz")
                try await run.site.client.delete(.services, "stray", in: run.site.namespace)
                try await run.opened(claim)
                #expect(try await run.metric(#"tproxy_relay_routes{state="conflicting"}"#) == 0)
            }
        }

        @Test("A port that somebody else listens on is reported, keeps nobody unready, and is opened once it's free")
        func portInUse() async throws {
            try await ClusterRun.perform { run in
                try Self.writeDestinations(run.site)
                let claim = try run.claim(tenant: "acme")
                var listener: LoopbackListener? = try LoopbackListener(port: claim.port)
                try await run.write(claim)
                try await run.waitForMetric(#"tproxy_relay_routes{state="failed"}"#, 1)
                try await run.open(run.claim(tenant: "globex"))
                try await run.failed(claim.port, "RelayPortNotAvailable")
                #expect(try await run.relay.page("/readyz").contains("can't be opened: 1,"))
                withExtendedLifetime(listener) {}
                listener = nil
                try await run.opened(claim)
                #expect(try await run.metric(#"tproxy_relay_routes{state="failed"}"#) == 0)
            }
        }

        @Test("Followers of the routes hear of each change at once, and only of what has changed")
        func changes() async throws {
            try await ClusterRun.perform { run in
                try Self.writeDestinations(run.site)
                let one = try run.claim(tenant: "acme")
                try await run.found(run.open(one))
                func changes(_ query: String) async throws -> RouteChanges {
                    let page = try await run.relay.page("/routes/changes" + query)
                    return try #require(RouteChanges(Array(page.utf8)))
                }
                let all = try await changes("")
                #expect(all.isComplete && all.routes.map(\.port) == [one.port])
                let query = "?epoch=\(all.epoch)&wait=5&after="
                let two = try run.claim(tenant: "globex")
                async let next = changes(query + "\(all.revision)")
                try await run.write(two)
                let news = try await next
                #expect(!news.isComplete && news.routes.map(\.route) == [two.route])
                try await run.found(two.port)
                try await run.delete(one)
                try await run.closed(one.port)
                let last = try await changes(query + "\(news.revision)")
                #expect(last.closed == [one.port])
                #expect(try await changes("?epoch=\(all.epoch)&after=\(last.revision)&wait=0").isEmpty)
            }
        }

        @Test("SIGTERM: unready at once, serving on for the delay, then drained")
        func drain() async throws {
            try await ClusterRun.perform(options: ["--shutdown-delay", "3"]) { run in
                try Self.writeDestinations(run.site)
                let port = try await run.open(run.claim(tenant: "acme"))
                try await run.found(port)
                let idle = try SMTPSession(port: port)
                #expect(try await idle.reply().hasPrefix("220"))
                run.relay.process.signal(15)
                try await eventually("the relay to be unready") { () -> Void? in
                    (try? await run.relay.page("/readyz")) == nil ? () : nil
                }
                #expect(try await run.login(of: port) == MailServers.current.accounts.acme.user)
                #expect(try await idle.reply().hasPrefix("421"))
                #expect(try await run.relay.process.waitUntilExit() == .exited(0))
            }
        }
    }
}
