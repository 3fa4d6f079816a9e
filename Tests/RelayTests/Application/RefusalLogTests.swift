import MailSink
import TestSupport
import Testing

@testable import Relay

/// Every refusal and failure has a line in the log with stage, reply and reason.
@Suite("Log of refusals") struct RefusalLogTests {
    /// A refusal: what the client sends, what the mail server answers where, and what the line says.
    struct Case: CustomTestStringConvertible {
        let name: String
        var fault: SinkFault?
        var mail = "MAIL FROM:<a@example.com>"
        var recipient = "RCPT TO:<b@example.org>"
        var text = "text\r\n"
        let event: String
        let stage: String
        let reply: String
        let reason: String

        var testDescription: String { name }
    }

    private static let byServer = "refused by the mail server"
    private static let byRelay = "refused by the relay"

    private static let cases = [
        Case(
            name: "MAIL",
            fault: SinkFault(at: .mail, .reply(550, "5.7.60", "not allowed to send as a@x")),
            event: "message refused",
            stage: "mail",
            reply: "550 5.7.60 not allowed to send as a@x",
            reason: byServer
        ),
        Case(
            name: "RCPT",
            fault: SinkFault(at: .recipient, .reply(550, "5.7.54", "unable to relay")),
            event: "message recipient refused",
            stage: "recipient",
            reply: "550 5.7.54 unable to relay",
            reason: byServer
        ),
        Case(
            name: "DATA",
            fault: SinkFault(at: .data, .reply(554, "5.7.1", "no")),
            event: "message refused",
            stage: "data",
            reply: "554 5.7.1 no",
            reason: byServer
        ),
        Case(
            name: "final dot",
            fault: SinkFault(at: .endOfData, .reply(554, nil, "Message rejected: Email address is not verified.")),
            event: "message refused",
            stage: "end_of_data",
            reply: "554 Message rejected: Email address is not verified.",
            reason: byServer
        ),
        Case(
            name: "a bare CR",
            text: "a\rb\r\n",
            event: "message refused",
            stage: "content",
            reply: "550 5.6.0 ",
            reason: byRelay
        ),
        Case(
            name: "a parameter of MAIL",
            mail: "MAIL FROM:<a@example.com> XYZ=1",
            event: "message refused",
            stage: "mail",
            reply: "555 5.5.4 ",
            reason: byRelay
        ),
        Case(
            name: "declared size",
            mail: "MAIL FROM:<a@example.com> SIZE=2000000000",
            event: "message refused",
            stage: "mail",
            reply: "552 5.3.4 ",
            reason: byRelay
        ),
        Case(
            name: "a parameter of RCPT",
            recipient: "RCPT TO:<b@example.org> XYZ=1",
            event: "message recipient refused",
            stage: "recipient",
            reply: "555 5.5.4 ",
            reason: byRelay
        ),
        Case(
            name: "a session lost in a message",
            fault: SinkFault(at: .endOfData, .closeInsteadOfReply(.abrupt)),
            event: "session lost behind the final dot",
            stage: "end_of_data",
            reply: "451 4.4.2 ",
            reason: "127.0.0.1 port "
        ),
        Case(
            name: "a login",
            fault: SinkFault(at: .authentication, .reply(535, "5.7.8", "wrong")),
            event: "message failed",
            stage: "mail",
            reply: "451 4.7.0 ",
            reason: "refuses the login"
        ),
    ]

    @Test("a refusal's line has stage, reply and reason", arguments: cases)
    func line(refusal: Case) async throws {
        try await TestRelay.run { relay in
            if let fault = refusal.fault { relay.sink.script.add(fault) }
            let client = try await relay.client()
            for line in [refusal.mail, refusal.recipient, "DATA"] {
                guard try await "23".contains(client.say(line).prefix(1)) else { break }
                if line == "DATA" {
                    client.send(refusal.text + ".\r\n")
                    _ = try await client.reply()
                }
            }
            #expect(await eventually { relay.log.contains(refusal.event) })
            let line = try #require(relay.log.lines.first { $0.contains(refusal.event) })
            #expect(line.contains("stage=\(refusal.stage)"), "\(line)")
            #expect(line.contains(refusal.reply) && line.contains(refusal.reason), "\(line)")
        }
    }

    @Test("of many refused recipients of a message the first ten have a line")
    func manyRecipients() async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .recipient, .reply(550, "5.1.1", "no such user")))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            for _ in 0..<30 { #expect(try await client.say("RCPT TO:<b@example.org>").hasPrefix("550 ")) }
            #expect(relay.log.lines.count { $0.contains("recipient refused") } == 10)
        }
    }

    @Test("a reply is one line of at most 512 bytes in the log, and shows no control characters")
    func boundedReply() async throws {
        try await TestRelay.run { relay in
            let reply = SinkReply(554, lines: Array(repeating: String(repeating: "a\u{202E}", count: 100), count: 20))
            relay.sink.script.add(SinkFault(at: .endOfData, .answer(reply)))
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("554-"))
            #expect(await eventually { relay.log.contains("message refused") })
            let line = try #require(relay.log.lines.first { $0.contains("message refused") })
            #expect(line.utf8.count < 800 && !line.unicodeScalars.contains("\u{202E}"))
        }
    }
}
