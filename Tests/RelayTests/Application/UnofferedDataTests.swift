import MailSink
import Testing

@testable import Relay

@Suite("Text that no reply has asked for")
struct UnofferedDataTests {
    private static let text =
        "Subject: order\r\n\r\nRSET\r\nMAIL FROM:<ceo@example.com>\r\nRCPT TO:<thief@example.org>\r\nDATA\r\npay\r\n.\r\n"

    @Test("the chunk of a BDAT reaches no mail server, and the transaction goes on", arguments: [1, 7, 50, 1000])
    func chunk(pieces: Int) async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            var bytes = Array("BDAT \(Self.text.utf8.count)\r\n\(Self.text)BDAT 6 LAST\r\nRSET\r\nNOOP\r\n".utf8)[...]
            while !bytes.isEmpty {
                client.send(Array(bytes.prefix(pieces)))
                bytes = bytes.dropFirst(pieces)
            }
            #expect(try await client.reply() == "502 5.5.1 BDAT is not offered")
            #expect(try await client.reply() == "502 5.5.1 BDAT is not offered")
            #expect(try await client.reply() == "250 2.0.0 OK")
            #expect(try await client.say("DATA").hasPrefix("354 "))
            client.send("text\r\n.\r\n")
            #expect(try await client.reply().hasPrefix("250 "))
            let mails = try await relay.sink.waitForMails(1)
            #expect(mails.map(\.envelope.sender) == ["a@example.com"])
            #expect(mails.first?.envelope.recipients.map(\.address) == ["b@example.org"])
            #expect(mails.first?.content == Array("text\r\n".utf8))
        }
    }

    @Test("text behind NOOP after a refused DATA reaches no mail server", arguments: ["NOOP", "HELP", "NOOP text"])
    func behindRefusedData(command: String) async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .data, times: 1, .answer(SinkReply(451, "4.3.1", "disk full"))))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            #expect(try await client.say("DATA").hasPrefix("451 "))
            client.send("\(command)\r\n\(Self.text)")
            #expect(try await client.closed().hasSuffix("421 4.5.0 message data received after rejected DATA\r\n"))
            let other = try await relay.client()
            #expect(try await other.mail(from: "next@example.com").hasPrefix("250 "))
            #expect(try await relay.sink.waitForMails(1).map(\.envelope.sender) == ["next@example.com"])
        }
    }
}
