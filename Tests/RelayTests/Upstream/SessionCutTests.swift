import DestinationModel
import MailSink
import Testing
import UpstreamPool

@testable import Relay

/// The mail server goes away in the midst of a message. The hostility matrix has the other stages.
@Suite struct SessionCutTests {
    @Test(arguments: [SinkFault.Closing.orderly, .abrupt, .reset])
    func inTheMidstOfAMessage(closing: SinkFault.Closing) async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .content, times: 1, .close(closing)))
            let client = try await relay.client()
            try await client.beginMessage()
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": "lost"], 1)
            // The rest is read and thrown away: none of it is a command.
            #expect(!client.hasReply)
            client.send("age\r\nQUIT\r\n.\r\n")
            #expect(try await client.reply().hasPrefix("451 4.4.2 "))
            await relay.expectMetric("tproxy_messages_total", ["outcome": "failed", "stage": "content"], 1)
            #expect(relay.sink.counters.mails == 0)
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    @Test func aMessageThatWasAcceptedWithoutAReplyIsCountedApart() async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .endOfData, times: 1, .closeInsteadOfReply(.abrupt)))
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("451 4.4.2 "))
            #expect(relay.sink.counters.mails == 1)
            await relay.expectMetric("tproxy_messages_total", ["outcome": "ambiguous", "stage": "end_of_data"], 1)
        }
    }

    /// A server that stops answering in the midst of a message must not take TLS's goodbye for the message's end.
    @Test func aTimeLimitInTheMidstOfAMessageCutsOff() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination { $0.ioTimeout = .milliseconds(300) })
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .data, .stopReading(gate)))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            _ = try await client.say("DATA")
            let block = String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 200_000)
            client.send(block)
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": "lost"], 1)
            client.send(".\r\n")
            #expect(try await client.reply().hasPrefix("451 4.4.2 "))
            gate.open()
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
            #expect(relay.sink.counters.mails == 0)
        }
    }

    @Test("A server that doesn't answer QUIT keeps no connection")
    func silenceAfterQuit() async throws {
        try await TestRelay.run(limits: .test { $0.pool.messages = 1 }) { relay in
            relay.source.set(relay.destination { $0.ioTimeout = .milliseconds(500) })
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .quit, .stall(gate)))
            let client = try await relay.client()
            for _ in 0..<3 { #expect(try await client.mail().hasPrefix("250 ")) }
            try await relay.sink.wait(for: "the sessions' end") { $0.connections == 3 && $0.openConnections == 0 }
            gate.open()
        }
    }
}
