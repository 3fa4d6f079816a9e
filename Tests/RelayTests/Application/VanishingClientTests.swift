import MailSink
import Testing
import UpstreamPool

@testable import Relay

@Suite struct VanishingClientTests {
    @Test func halfAMessageIsCutOffWithoutADotOrAGoodbye() async throws {
        try await TestRelay.run { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .content, .stall(gate)))
            let client = try await relay.client()
            try await client.beginMessage()
            client.send("age\r\nthe rest is missing\r\n")
            try await gate.waitForArrivals()
            client.close()
            gate.open()
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
            #expect(relay.sink.counters.mails == 0)
            #expect(relay.sink.counters.quits == 0)
            await relay.expectMetric("tproxy_messages_total", ["outcome": "abandoned", "stage": "content"], 1)
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": "cut"], 1)
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "open"], 0)
        }
    }

    @Test func aTransactionWithoutTextIsResetAndTheSessionServesOn() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            let client = try await TestClient.connect(to: port).greeted()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            client.close()
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "idle"], 1)
            let other = try await TestClient.connect(to: port).greeted()
            #expect(try await other.mail().hasPrefix("250 "))
            let transcript = try #require(relay.sink.transcripts.first)
            #expect(transcript.verbs == ["EHLO", "AUTH", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"])
            #expect(relay.sink.mails.first?.envelope.recipients.map(\.address) == ["someone@example.org"])
        }
    }

    @Test func aVerdictThatNobodyHearsFreesTheSession() async throws {
        try await TestRelay.run { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .endOfData, times: 1, .stall(gate)))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            _ = try await client.say("DATA")
            client.send("Subject: gone\r\n\r\n.\r\n")
            try await gate.waitForArrivals()
            try await client.reset()
            await relay.expectMetric("tp_open_tcp_connections", 0)
            gate.open()
            await relay.expectMetric("tproxy_messages_total", ["outcome": "accepted"], 1)
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "idle"], 1)
        }
    }

    @Test func whoWaitsForASessionLeavesTheQueue() async throws {
        let limits = RelayLimits.test { $0.pool.sessions = 1 }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            try await first.beginEnvelope()
            let second = try await TestClient.connect(to: port).greeted()
            try await second.requestSession(from: "b@example.com")
            await relay.expectMetric("tproxy_upstream_waiting", 1)
            try await second.reset()
            await relay.expectMetric("tproxy_upstream_waiting", 0)
            await relay.expectMetric("tproxy_messages_total", ["outcome": "abandoned", "stage": "mail"], 1)
            _ = try await first.say("RSET")
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "idle"], 1)
        }
    }
}
