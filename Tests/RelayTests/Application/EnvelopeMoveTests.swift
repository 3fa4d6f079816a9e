import MailSink
import SMTP
import Testing
import UpstreamPool

@testable import Relay

/// An envelope whose session ends moves to another one until the client has the reply to its first recipient.
@Suite("Envelopes that move") struct EnvelopeMoveTests {
    private static let timeout = SinkReply(451, "4.4.2", "Timeout waiting for data from client.")
    private static let goodbye = SinkReply(421, "4.7.0", "try again later, closing connection")

    @Test(
        "a 451 that ends a used session costs the client nothing, wherever MAIL is answered",
        arguments: [true, false]
    )
    func lastWord(answersMailLocally: Bool) async throws {
        try await TestRelay.run(limits: .test { $0.server.answersMailLocally = answersMailLocally }) { relay in
            relay.sink.script.add(SinkFault(at: .mail, skipping: 1, times: 1, .answerAndClose(Self.timeout, .orderly)))
            let client = try await relay.client()
            for _ in 0..<2 { #expect(try await client.mail().hasPrefix("250 ")) }
            #expect(relay.sink.mails.map(\.session) == [1, 2])
            #expect(relay.sink.counters.violations == [])
        }
    }

    @Test("a 451 to MAIL on a session that goes on reaches the client", arguments: [true, false])
    func refusal(answersMailLocally: Bool) async throws {
        try await TestRelay.run(limits: .test { $0.server.answersMailLocally = answersMailLocally }) { relay in
            relay.sink.script.add(SinkFault(at: .mail, skipping: 1, times: 1, .answer(Self.timeout)))
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(try await client.mail() == "451 4.4.2 Timeout waiting for data from client.")
            _ = try await client.say("RSET")
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test(
        "a 421 to MAIL or to the first RCPT moves the envelope, on a new session and on a used one",
        arguments: [SinkStage.mail, .recipient],
        [0, 1]
    )
    func serviceClosing(stage: SinkStage, skipping: Int) async throws {
        try await TestRelay.run { relay in
            let fault = SinkFault.Action.answerAndClose(Self.goodbye, .orderly)
            relay.sink.script.add(SinkFault(at: stage, skipping: skipping, times: 1, fault))
            let client = try await relay.client()
            for _ in 0...skipping { #expect(try await client.mail().hasPrefix("250 ")) }
            #expect(relay.sink.counters.connections == 2)
            #expect(relay.sink.counters.mails == skipping + 1)
        }
    }

    @Test("sessions that end again and again: the envelope moves each time")
    func severalMoves() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.sink.script.add(SinkFault(at: .mail, times: 2, .close(.abrupt)))
            relay.sink.script.add(SinkFault(at: .recipient, times: 1, .close(.reset)))
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.commands["MAIL"] == 5)
            #expect(relay.sink.counters.mails == 2)
            await relay.expectMetric("tproxy_messages_total", 2)
        }
    }

    @Test("after the limit the client hears how the last session ended")
    func limit() async throws {
        try await TestRelay.run(limits: .test { $0.pool.wait = .milliseconds(500) }) { relay in
            relay.sink.script.add(SinkFault(at: .recipient, .answerAndClose(Self.goodbye, .orderly)))
            let client = try await relay.client()
            #expect(try await client.mail() == "451 4.7.0 try again later, closing connection")
            // Its pauses are 100 and 200 ms, and the next would be too long.
            #expect((2...3).contains(relay.sink.counters.connections))
            #expect(relay.sink.counters.mails == 0)
            await relay.expectMetric("tproxy_messages_total", ["outcome": "failed", "stage": "recipient"], 1)
        }
    }

    private static let tooMany = SinkReply(432, "4.3.2", "Concurrent connections limit exceeded")

    @Test(
        "a server with too many sessions: the envelope waits, and the cap is lowered",
        arguments: [SinkStage.mail, .recipient]
    )
    func tooManySessions(stage: SinkStage) async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            try await first.beginMessage()
            relay.sink.script.add(SinkFault(at: stage, times: 1, .answer(Self.tooMany)))
            let second = try await TestClient.connect(to: port).greeted()
            try await second.requestSession()
            await relay.expectMetric("tproxy_upstream_session_cap", 1)
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": "throttled"], 1)
            #expect(!second.hasReply)
            first.send("age\r\n.\r\n")
            #expect(try await first.reply().hasPrefix("250 "))
            #expect(try await second.reply().hasPrefix("250 "))
            #expect(relay.sink.counters.mostOpenConnections == 2 && relay.sink.counters.connections == 2)
        }
    }

    @Test("a server that says so behind the final dot: the client hears it, and the cap is lowered")
    func tooManySessionsAtDot() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            try await first.beginMessage()
            relay.sink.script.add(SinkFault(at: .endOfData, times: 1, .answer(Self.tooMany)))
            let second = try await TestClient.connect(to: port).greeted()
            #expect(try await second.mail() == "432 4.3.2 Concurrent connections limit exceeded")
            await relay.expectMetric("tproxy_upstream_session_cap", 1)
            first.send("age\r\n.\r\n")
            #expect(try await first.reply().hasPrefix("250 "))
            #expect(relay.sink.counters.commands["MAIL"] == 2)
        }
    }

    @Test("a session that may carry no more messages is replaced, whatever the code")
    func messagesOfSession() async throws {
        try await TestRelay.run { relay in
            let enough = SinkReply(452, "4.3.2", "maximum number of messages")
            relay.sink.script.add(SinkFault(at: .mail, skipping: 1, times: 1, .answer(enough)))
            let client = try await relay.client()
            for _ in 0..<2 { #expect(try await client.mail().hasPrefix("250 ")) }
            #expect(relay.sink.mails.map(\.session) == [1, 2])
            await relay.expectMetric("tproxy_upstream_session_cap", 2)
        }
    }

    @Test("nothing is repeated once a recipient was answered", arguments: [SinkStage.recipient, .data, .endOfData])
    func afterFirstRecipient(stage: SinkStage) async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(
                SinkFault(at: stage, skipping: stage == .recipient ? 1 : 0, times: 1, .close(.abrupt))
            )
            let client = try await relay.client()
            try await client.beginEnvelope()
            var replies = [try await client.say("RCPT TO:<c@example.org>"), try await client.say("DATA")]
            if stage == .endOfData {
                client.send("text\r\n.\r\n")
                replies.append(try await client.reply())
            }
            #expect(replies.last?.hasPrefix("451 4.4.2 ") == true)
            #expect(relay.sink.counters.commands["MAIL"] == 1)
            #expect(relay.sink.counters.mails == 0)
        }
    }
}
