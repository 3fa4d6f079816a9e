import DestinationModel
import MailSink
import Testing

@testable import Relay

/// The mail server goes away at each stage of a session.
@Suite struct SessionCutTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let stage: SinkStage
        let closing: SinkFault.Closing
        let reply: String
        let outcome: String

        var testDescription: String { "\(stage) \(closing)" }
    }

    static let cases: [Case] = [SinkFault.Closing.orderly, .abrupt, .reset].flatMap { closing in
        [
            // The server may be gone before our side of the handshake has arrived: lost, not connected, or no TLS.
            Case(stage: .greeting, closing: closing, reply: "451 4.", outcome: "failed"),
            Case(stage: .hello, closing: closing, reply: "451 4.4.2 ", outcome: "failed"),
            Case(stage: .authentication, closing: closing, reply: "451 4.4.2 ", outcome: "failed"),
            Case(stage: .mail, closing: closing, reply: "451 4.4.2 ", outcome: "failed"),
            Case(stage: .recipient, closing: closing, reply: "451 4.4.2 ", outcome: "failed"),
            Case(stage: .data, closing: closing, reply: "451 4.4.2 ", outcome: "failed"),
            Case(stage: .endOfData, closing: closing, reply: "451 4.4.2 ", outcome: "ambiguous"),
        ]
    }

    @Test(arguments: cases)
    func theClientHears451(_ expected: Case) async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: expected.stage, times: 1, .close(expected.closing)))
            let client = try await relay.client()
            let reply = try await client.mail()
            #expect(reply.hasPrefix(expected.reply), "\(reply)")
            await relay.expectMetric("tproxy_messages_total", ["outcome": expected.outcome], 1)
            await relay.expectMetric("tproxy_messages_total", 1)
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "open"], 0)
            // Nothing is broken for good.
            #expect(try await client.say("RSET").hasPrefix("250 "))
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

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

    @Test func handshakeThatStallsIsBoundedByTheConnectLimit() async throws {
        let server = try await RawServer.start(saying: [0x16, 3, 3, 0x40, 0, 2])
        try await TestRelay.run { relay in
            relay.source.set(
                relay.destination {
                    $0.port = server.port
                    $0.connectTimeout = .milliseconds(200)
                }
            )
            let client = try await relay.client()
            let reply = try await client.say("MAIL FROM:<a@example.com>")
            #expect(reply.hasPrefix("451 4.7.5 "), "\(reply)")
            #expect(reply.contains("has not completed the TLS handshake in time"))
        }
        await server.stop()
    }
}
