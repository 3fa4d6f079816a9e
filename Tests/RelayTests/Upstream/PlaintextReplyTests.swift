import DestinationModel
import MailSink
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

/// What mail servers say in plain text where TLS is due.
@Suite("Plain text instead of TLS") struct PlaintextReplyTests {
    private static let limits = RelayLimits.test { $0.pool.wait = .milliseconds(100) }

    /// The reply to a message to a mail server that sends this in plain text and closes.
    private func reply(_ text: String, _ closing: SinkFault.Closing, _ relay: TestRelay) async throws -> String {
        let action: SinkFault.Action = .answerAndClose(SinkReply(421, nil, text), closing)
        relay.sink.script.add(SinkFault(at: .connect, action))
        let client = try await relay.client()
        return try await client.mail()
    }

    @Test("a refusal is the reply that the client is told of", arguments: [SinkFault.Closing.abrupt, .reset])
    func refusal(closing: SinkFault.Closing) async throws {
        try await TestRelay.run(limits: Self.limits) { relay in
            let reply = try await reply("Too many concurrent SMTP connections", closing, relay)
            #expect(reply.hasPrefix("451 4.4.1 mail (destination mail): "), "\(reply)")
            #expect(reply.hasSuffix(" refuses the session: 421 Too many concurrent SMTP connections"), "\(reply)")
            #expect(relay.metric("tproxy_upstream_session_failures_total", ["reason": "refused"]) >= 1)
            #expect(relay.metric("tproxy_upstream_session_failures_total", ["reason": "tls"]) == 0)
        }
    }

    @Test("a password in it is blanked out")
    func credentials() async throws {
        try await TestRelay.run(limits: Self.limits) { relay in
            let reply = try await reply("not with \(TestRelay.password)", .reset, relay)
            #expect(reply.hasSuffix("421 not with <redacted>"), "\(reply)")
            #expect(!relay.log.contains(TestRelay.password))
        }
    }

    @Test("a refusal without end is no reply")
    func flood() async throws {
        try await TestRelay.run(limits: Self.limits) { relay in
            let lines = Array(repeating: Array("421-more\r\n".utf8), count: 10_000).flatMap(\.self)
            relay.sink.script.add(SinkFault(at: .connect, .send(lines)))
            let client = try await relay.client()
            let reply = try await client.mail()
            #expect(reply.hasPrefix("451 4.7.5 mail (destination mail): "), "\(reply)")
            #expect(reply.hasSuffix(" does not speak TLS"), "\(reply)")
        }
    }

    @Test("too many sessions lower the cap to those that are open")
    func cap() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            try await first.beginMessage()
            let full: SinkFault.Action = .answerAndClose(SinkReply(421, nil, "Too many connections"), .reset)
            relay.sink.script.add(SinkFault(at: .connect, full))
            let second = try await TestClient.connect(to: port).greeted()
            try await second.requestSession(from: "b@example.com")
            await relay.expectMetric("tproxy_upstream_session_cap", 1)
            #expect(!second.hasReply)
            // It is served by the session that there is.
            first.send("age\r\n.\r\n")
            #expect(try await first.reply().hasPrefix("250 "))
            #expect(try await second.reply().hasPrefix("250 "))
        }
    }

    @Test("a greeting says that the port is one without TLS")
    func greeting() async throws {
        let server = try await SinkServer.start()
        try await TestRelay.run(limits: Self.limits) { relay in
            relay.source.set(relay.destination { $0.port = server.port })
            let client = try await relay.client()
            let reply = try await client.mail()
            #expect(reply.hasPrefix("451 4.7.5 mail (destination mail): "), "\(reply)")
            #expect(reply.contains(" speaks SMTP without TLS: 220 sink.example "), "\(reply)")
        }
        #expect(server.counters.commands == [:], "nothing is sent in plain text")
        await server.stop()
    }
}
