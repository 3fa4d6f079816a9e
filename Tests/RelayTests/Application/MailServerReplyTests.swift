import MailSink
import Testing

@testable import Relay

@Suite struct MailServerReplyTests {
    @Test func severalLinesPassWordForWord() async throws {
        try await TestRelay.run { relay in
            let reply = SinkReply(
                550,
                nil,
                lines: ["5.7.1 no", "  indented, (odd) <text>", "5.7.1 see https://x.example/?a=b"]
            )
            relay.sink.script.add(SinkFault(at: .recipient, .answer(reply)))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            #expect(
                try await client.say("RCPT TO:<b@example.org>") == """
                    550-5.7.1 no
                    550-  indented, (odd) <text>
                    550 5.7.1 see https://x.example/?a=b
                    """
            )
        }
    }

    @Test func octetsThatAreNotUTF8Pass() async throws {
        try await TestRelay.run { relay in
            let octets = Array("550 5.1.1 Empf".utf8) + [0xE4] + Array("nger unbekannt\r\n".utf8)
            relay.sink.script.add(SinkFault(at: .recipient, .send(octets)))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            client.send("RCPT TO:<b@example.org>\r\n")
            #expect(try await client.replyBytes() == octets)
        }
    }

    @Test(arguments: [SinkStage.data, .endOfData])
    func its421BecomesA451(stage: SinkStage) async throws {
        try await TestRelay.run { relay in
            let goodbye = SinkReply(421, "4.3.2", "going down for a nap")
            relay.sink.script.add(SinkFault(at: stage, times: 1, .answerAndClose(goodbye, .orderly)))
            let client = try await relay.client()
            #expect(try await client.mail() == "451 4.3.2 going down for a nap")
            // The connection stays, and so does the route.
            #expect(try await client.say("RSET").hasPrefix("250 "))
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    @Test func aRefusedMessageDoesNotCostTheSession() async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .endOfData, times: 1, .reply(554, "5.7.1", "smells of spam")))
            let client = try await relay.client()
            #expect(try await client.mail() == "554 5.7.1 smells of spam")
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test(arguments: [("552 5.3.4 that is enough", "552 5.3.4 that is enough"), ("421 4.3.2 bye", "451 4.3.2 bye")])
    func whatItSaysInTheMidstOfAMessageIsHeard(said: String, heard: String) async throws {
        let reply = try await Self.reply(toMessageAfter: said, retired: "cut")
        #expect(reply == heard)
    }

    /// There is nothing yet that could have been taken.
    @Test(arguments: ["250 2.0.0 taken", "354 go on", "199 what"])
    func noPositiveReplyIsBelievedInTheMidstOfAMessage(said: String) async throws {
        let reply = try await Self.reply(toMessageAfter: said, retired: "lost")
        #expect(reply.hasPrefix("451 4.4.2 "))
    }

    /// What the client hears of a message in whose midst the mail server says something. The next one is taken.
    private static func reply(toMessageAfter said: String, retired reason: String) async throws -> String {
        var reply = ""
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .content, times: 1, .send(Array("\(said)\r\n".utf8))))
            let client = try await relay.client()
            try await client.beginMessage()
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": reason], 1)
            client.send("age\r\n.\r\n")
            reply = try await client.reply()
            #expect(relay.sink.counters.mails == 0)
            #expect(try await client.mail().hasPrefix("250 "))
        }
        return reply
    }

    @Test func aCarriageReturnInAReplyCannotMakeAnotherReply() async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .recipient, .send(Array("550 5.1.1 no\r250 yes\u{0}\r\n".utf8))))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            client.send("RCPT TO:<b@example.org>\r\n")
            #expect(try await client.replyBytes() == Array("550 5.1.1 no 250 yes \r\n".utf8))
        }
    }
}
