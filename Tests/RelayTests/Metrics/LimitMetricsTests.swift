import MailSink
import SMTP
import Testing
import UpstreamPool

@testable import Relay

@Suite("Limits reached")
struct LimitMetricsTests {
    private func expect(_ limit: String, _ relay: TestRelay) async {
        await relay.expectMetric("tproxy_relay_limits_reached_total", ["limit": limit], 1)
        await relay.expectMetric("tproxy_relay_limits_reached_total", 1)
    }

    @Test("every limit has a series from the start, and a label of its own")
    func series() async throws {
        try await TestRelay.run { relay in
            let labels = RelayLimit.allCases.map(\.label)
            #expect(Set(labels).count == labels.count)
            for label in labels {
                #expect(relay.exposition.contains("tproxy_relay_limits_reached_total{limit=\"\(label)\"} 0\n"))
            }
        }
    }

    @Test(
        "a connection too many is counted by the limit that keeps it out",
        arguments: [("connections", 1, 1), ("connections_per_route", 10, 1), ("route_share", 4, 4)]
    )
    func connections(limit: String, total: Int, perRoute: Int) async throws {
        let limits = RelayLimits.test {
            $0.connections = total
            $0.connectionsPerRoute = perRoute
        }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            for _ in 0..<min(perRoute, 3) { _ = try await TestClient.connect(to: port).greeted() }
            let client = try await TestClient.connect(to: port)
            #expect(try await client.reply().hasPrefix("421 4.3.2 "))
            await expect(limit, relay)
        }
    }

    @Test(
        "what a client asks for too much of is counted",
        arguments: [
            ("message_size", "MAIL FROM:<a@example.com> SIZE=1001\r\n", "552 "),
            ("command_line", String(repeating: "x", count: 5000) + "\r\n", "500 5.5.2 "),
            ("errors", String(repeating: "WHAT\r\n", count: 20), "421 4.7.0 "),
            ("idle_commands", String(repeating: "NOOP\r\n", count: 200), "421 4.7.0 "),
            ("recipients", "MAIL FROM:<a@example.com>\r\n" + recipients, "452 "),
            ("message_size", transaction + String(repeating: "text\r\n", count: 200) + ".\r\n", "552 "),
            ("text_line", transaction + String(repeating: "x", count: 200) + "\r\n.\r\n", "550 "),
        ]
    )
    func server(limit: String, input: String, reply: String) async throws {
        let limits = RelayLimits.test {
            $0.server.messageLimit = 1000
            $0.server.textLineLimit = 100
            $0.server.recipientLimit = 2
        }
        try await TestRelay.run(limits: limits) { relay in
            let client = try await relay.client()
            client.send(input)
            while try await !client.reply().hasPrefix(reply) {}
            await expect(limit, relay)
        }
    }

    private static let recipients = (0..<3).map { "RCPT TO:<b\($0)@example.org>\r\n" }.joined()
    private static let transaction = "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"

    @Test("a client that is silent for too long is counted")
    func idleTime() async throws {
        try await TestRelay.run(limits: .test { $0.applicationIdleTime = .milliseconds(20) }) { relay in
            try await relay.client().closed()
            await expect("idle_time", relay)
        }
    }

    @Test("a client that reads no replies, of which the mail server gives long ones, is closed and counted")
    func unreadReplies() async throws {
        try await TestRelay.run { relay in
            let reply = SinkReply(250, lines: Array(repeating: String(repeating: "a", count: 1000), count: 60))
            relay.sink.script.add(SinkFault(at: .recipient, .answer(reply)))
            let client = try await TestClient.connect(to: relay.open(), reads: false)
            client.send("MAIL FROM:<a@example.com>\r\n" + String(repeating: "RCPT TO:<b@example.org>\r\n", count: 1000))
            await expect("unread_replies", relay)
            await relay.expectMetric("tp_open_tcp_connections", 0)
        }
    }

    @Test("a look-up that takes too long is counted")
    func lookUpTime() async throws {
        try await TestRelay.run(limits: .test { $0.lookUpTime = .milliseconds(20) }) { relay in
            let gate = SinkGate()
            relay.source.hold(gate)
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("451 4.3.5 "))
            await expect("lookup_time", relay)
            gate.open()
        }
    }

    @Test("a transaction that gets no session is counted", arguments: [("pool_waiters", 1), ("pool_wait", 0)])
    func pool(limit: String, waiting: Int) async throws {
        let limits = RelayLimits.test {
            $0.pool.sessions = 1
            $0.pool.waiters = 1
            if limit == "pool_wait" { $0.pool.wait = .milliseconds(50) }
        }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            while try await !first.beginEnvelope().hasPrefix("250 ") { _ = try await first.say("RSET") }
            let counted = relay.metric("tproxy_relay_limits_reached_total", ["limit": limit])
            for _ in 0..<waiting {
                try await TestClient.connect(to: port).greeted().requestSession(from: "b@example.com")
                await relay.expectMetric("tproxy_upstream_waiting", 1)
            }
            let last = try await TestClient.connect(to: port).greeted()
            #expect(try await last.beginEnvelope(from: "c@example.com").hasPrefix("451 4.3.2 "))
            await relay.expectMetric("tproxy_relay_limits_reached_total", ["limit": limit], counted + 1)
        }
    }
}
