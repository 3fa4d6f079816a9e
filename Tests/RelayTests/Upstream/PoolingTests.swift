import DestinationModel
import MailSink
import NIOCore
import NIOPosix
import NameResolution
import Testing
import UpstreamPool

@testable import Relay

@Suite struct PoolingTests {
    @Test func manyMessagesUseOneLogin() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            for index in 0..<20 {
                let client = try await TestClient.connect(to: port).greeted()
                #expect(try await client.mail(from: "a\(index)@example.com").hasPrefix("250 "))
                #expect(try await client.say("QUIT").hasPrefix("221 "))
            }
            #expect(relay.sink.counters.loginCount == 1)
            #expect(relay.sink.counters.connections == 1)
            #expect(relay.sink.mails.map(\.ordinal) == Array(1...20))
            await relay.expectMetric("tproxy_upstream_sessions_created_total", 1)
            await relay.expectMetric("tproxy_upstream_sessions_reused_total", 19)
        }
    }

    @Test func manyClientsAtOnceKeepToTheCap() async throws {
        let limits = RelayLimits.test { $0.pool.sessions = 3 }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let replies = try await withThrowingTaskGroup(of: [String].self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let client = try await TestClient.connect(to: port).greeted()
                        let first = try await client.mail(from: "a\(number)@example.com")
                        let second = try await client.mail(from: "b\(number)@example.com")
                        return [first, second]
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(replies.count == 80)
            #expect(replies.allSatisfy { $0.hasPrefix("250 ") })
            #expect(relay.sink.counters.mostOpenConnections <= 3)
            #expect(Set(relay.sink.mails.map(\.envelope.sender)).count == 80)
            #expect(relay.sink.counters.violations == [])
            await relay.expectMetric("tproxy_upstream_waiting", 0)
        }
    }

    @Test func whoCameFirstIsServedFirst() async throws {
        let limits = RelayLimits.test { $0.pool.sessions = 1 }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            try await first.beginEnvelope(from: "first@example.com")
            var waiting: [TestClient] = []
            for number in 0..<5 {
                let client = try await TestClient.connect(to: port).greeted()
                client.send("MAIL FROM:<a\(number)@example.com>\r\nRCPT TO:<b@example.org>\r\nRSET\r\n")
                waiting.append(client)
                await relay.expectMetric("tproxy_upstream_waiting", Double(number + 1))
            }
            _ = try await first.say("RSET")
            for client in waiting {
                for _ in 0..<3 { #expect(try await client.reply().hasPrefix("250 ")) }
            }
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "idle"], 1)
            let senders = try #require(relay.sink.transcripts.first).commands.filter { $0.hasPrefix("MAIL") }
            #expect(senders == ["MAIL FROM:<first@example.com>"] + (0..<5).map { "MAIL FROM:<a\($0)@example.com>" })
        }
    }

    @Test func idleSessionsAreClosed() async throws {
        let limits = RelayLimits.test { $0.pool.idleTime = .milliseconds(20) }
        try await TestRelay.run(limits: limits) { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            try await relay.sink.wait(for: "the idle session's end") { $0.quits == 1 && $0.openConnections == 0 }
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": "idle"], 1)
            await relay.expectMetric("tproxy_upstream_sessions", 0)
            // Nothing was sent to keep it alive: servers punish that.
            #expect(relay.sink.transcripts.first?.verbs == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"])
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    @Test func aSessionCarriesSoManyMessagesAndNoMore() async throws {
        let limits = RelayLimits.test { $0.pool.messages = 2 }
        try await TestRelay.run(limits: limits) { relay in
            let client = try await relay.client()
            for _ in 0..<5 { #expect(try await client.mail().hasPrefix("250 ")) }
            #expect(relay.sink.mails.map(\.session) == [1, 1, 2, 2, 3])
        }
    }

    @Test(arguments: [SinkFault.Closing.orderly, .abrupt, .reset])
    func aSessionThatDiedWhileIdleIsReplaced(closing: SinkFault.Closing) async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.sink.closeIdleSessions(closing, saying: closing == .orderly ? SinkReply(421, "4.4.2", "idle") : nil)
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.mails.map(\.session) == [1, 2])
        }
    }

    /// The session dies when MAIL comes: the worst moment that may still go unnoticed.
    @Test(arguments: [SinkFault.Closing.orderly, .abrupt, .reset])
    func mailIsRepeatedOnAFreshSession(closing: SinkFault.Closing) async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.sink.script.add(SinkFault(at: .mail, times: 1, .close(closing)))
            #expect(try await client.mail(from: "b@example.com").hasPrefix("250 "))
            #expect(relay.sink.mails.map(\.envelope.sender) == ["app@example.com", "b@example.com"])
            #expect(relay.sink.mails.map(\.session) == [1, 2])
            await relay.expectMetric("tproxy_messages_total", ["outcome": "accepted"], 2)
            await relay.expectMetric("tproxy_messages_total", 2)
        }
    }

    @Test func aSessionThatLayIdleIsAskedFirst() async throws {
        let limits = RelayLimits.test { $0.pool.probeAfter = .nanoseconds(1) }
        try await TestRelay.run(limits: limits) { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.sink.script.add(SinkFault(at: .reset, skipping: 1, times: 1, .close(.abrupt)))
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.mails.map(\.session) == [1, 1, 2])
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": "probe_failed"], 1)
        }
    }

    /// A name with several addresses: the first does not answer, and the session goes to the next.
    @Test func aNameWithSeveralAddresses() async throws {
        let addresses = ["::1", "127.0.0.1"].compactMap { IPAddress($0) }
        try await TestRelay.run(lookUp: { _ in .success(addresses) }) { relay in
            relay.source.set(
                relay.destination {
                    $0.host = "localhost"
                    $0.ioTimeout = .seconds(5)
                }
            )
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.connections == 1)
        }
    }

    /// A second connection saves most of the handshake.
    @Test func tlsIsResumed() async throws {
        let limits = RelayLimits.test { $0.pool.messages = 1 }
        try await TestRelay.run(limits: limits) { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.mails.map(\.tls?.isResumed) == [false, true])
        }
    }
}
