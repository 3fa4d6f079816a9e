import MailSink
import Testing

@testable import Relay

@Suite struct MessageTests {
    @Test func arrivesByteForByteUnderTheRightLogin() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            let text = "Subject: t\u{EB}st\r\n\r\n.dot\r\n..two\r\n\tspace \r\n\r\nlast \u{1F4E7}\r\n"
            #expect(try await client.say("MAIL FROM:<app@example.com>") == "250 2.1.0 OK")
            #expect(try await client.say("RCPT TO:<one@example.org>").hasPrefix("250 "))
            #expect(try await client.say("RCPT TO:<two@example.org>").hasPrefix("250 "))
            #expect(try await client.say("DATA").hasPrefix("354 "))
            client.send(text.replacing("\r\n.", with: "\r\n..") + ".\r\n")
            #expect(try await client.reply().hasPrefix("250 "))

            let mail = try #require(try await relay.sink.waitForMails(1).first)
            #expect(mail.content == Array(text.utf8))
            #expect(mail.envelope.sender == "app@example.com")
            #expect(mail.envelope.recipients.map(\.address) == ["one@example.org", "two@example.org"])
            #expect(mail.login == SinkLogin(user: TestRelay.user, mechanism: .plain))
            #expect(mail.tls?.version.hasPrefix("TLSv1.") == true)
            #expect(relay.sink.counters.violations == [])
        }
    }

    @Test func aLargeMessageArrivesWhole() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            let text = (0..<60_000).map { "line \($0) of a message that is larger than any buffer\r\n" }.joined()
            #expect(try await client.mail(text).hasPrefix("250 "))
            let mails = try await relay.sink.waitForMails(1)
            #expect(mails.map(\.content) == [Array(text.utf8)])
        }
    }

    @Test("a line of 2 MB, and lines that end with CR CR LF, arrive as they are meant")
    func unusualLines() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            let line = String(repeating: "x", count: 2_000_000)
            #expect(try await client.mail("Subject: x\r\r\n\r\r\n\(line)\r\r\r\n").hasPrefix("250 "))
            let mails = try await relay.sink.waitForMails(1)
            #expect(mails.map(\.content) == [Array("Subject: x\r\n\r\n\(line)\r\n".utf8)])
        }
    }

    @Test("a mail server's refusal of a long line passes")
    func longLineRefused() async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .endOfData, .answer(SinkReply(500, "5.5.2", lines: ["line too long"]))))
            let client = try await relay.client()
            let reply = try await client.mail(String(repeating: "x", count: 5000) + "\r\n")
            #expect(reply == "500 5.5.2 line too long")
        }
    }

    @Test func aWholeSessionInOneStretchIsCarriedOut() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            client.send("MAIL FROM:a@example.com\nRCPT TO:b@example.org\nDATA\nSubject: pasted\n\nhello\n.\nQUIT\n")
            #expect(try await client.reply().hasPrefix("250 "))
            #expect(try await client.reply().hasPrefix("250 "))
            #expect(try await client.reply().hasPrefix("354 "))
            #expect(try await client.reply().hasPrefix("250 "))
            #expect(try await client.reply().hasPrefix("221 "))
            try await client.closed()
            let mails = try await relay.sink.waitForMails(1)
            #expect(mails.map(\.content) == [Array("Subject: pasted\r\n\r\nhello\r\n".utf8)])
        }
    }

    @Test func aHalfClosedClientGetsItsVerdict() async throws {
        try await TestRelay.run { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .endOfData, .stall(gate)))
            let client = try await relay.client()
            client.send("MAIL FROM:a@example.com\nRCPT TO:b@example.org\nDATA\nSubject: piped\n\nhello\n.\n")
            try await client.closeOutput()
            try await gate.waitForArrivals()
            gate.open()
            var codes: [String] = []
            for _ in 0..<4 { codes.append(String(try await client.reply().prefix(3))) }
            #expect(codes == ["250", "250", "354", "250"])
            try await client.closed()
        }
    }

    @Test func ehloTellsWhatTheMailServerOffers() async throws {
        var configuration = SinkConfiguration()
        configuration.maximumSize = 1000
        configuration.offersSMTPUTF8 = false
        configuration.extraCapabilities = ["CHUNKING", "X-SECRET"]
        try await TestRelay.run(sink: configuration) { relay in
            let client = try await relay.client()
            #expect(
                try await client.say("EHLO app") == """
                    250-relay.example
                    250-PIPELINING
                    250-SIZE 1000
                    250-8BITMIME
                    250-DSN
                    250 ENHANCEDSTATUSCODES
                    """
            )
            // The session that was opened to find out serves the message.
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.loginCount == 1)
        }
    }
}
