import SMTP
import Testing

@testable import kubectl_tproxy

@Suite("The dialogue with a relay")
struct SMTPDialogueTests {
    private static let limit = Duration.seconds(20)

    private func mail(_ recipient: String = "b@example.com") throws -> TestMail {
        TestMail(
            from: try MailAddress("a@example.com"),
            to: try MailAddress(recipient),
            subject: "Test",
            route: "shop/mail",
            time: 0,
            identifier: "id"
        )
    }

    /// Replies as a relay does, but for some lines.
    private static func relay(_ others: [String: String?] = [:]) -> @Sendable (String) -> String? {
        { line in
            if let other = others.first(where: { line.hasPrefix($0.key) }) { return other.value }
            return switch line {
            case _ where line.hasPrefix("EHLO"): "250-relay\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
            case _ where line.hasPrefix("MAIL") || line.hasPrefix("RCPT") || line == "RSET": "250 2.1.0 OK\r\n"
            case "DATA": "354 go on\r\n"
            case ".": "250 2.0.0 queued as 1\r\n"
            case "QUIT": "221 bye\r\n"
            default: ""
            }
        }
    }

    private func deliver(
        _ mail: TestMail,
        greeting: String? = "220 relay\r\n",
        _ others: [String: String?] = [:]
    ) async throws -> (Delivery, [String], [SMTPDialogue.Line]) {
        try await ScriptedServer.run(greeting: greeting, answer: Self.relay(others)) { server in
            var seen: [SMTPDialogue.Line] = []
            let delivery = try await SMTPDialogue.run(
                port: server.port,
                within: Self.limit,
                watch: { seen.append($0) },
                { try await $0.deliver(mail) }
            )
            return (delivery, server.heard, seen)
        }
    }

    @Test("A mail is sent as applications do, and every line is shown")
    func delivered() async throws {
        let (delivery, heard, seen) = try await deliver(mail())
        #expect(delivery == .accepted(Reply(250, "2.0.0 queued as 1")))
        #expect(Array(heard[1...3]) == ["MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA"])
        #expect(heard[4...].contains("Subject: Test") && heard[4...].contains("Date: Thu, 01 Jan 1970 00:00:00 +0000"))
        #expect(heard.suffix(2) == [".", "QUIT"])
        #expect(seen.first == .received("220 relay"))
        #expect(seen.contains(.received("250-8BITMIME")) && seen.contains(.received("250 SMTPUTF8")))
        #expect(seen.filter { if case .sent = $0 { true } else { false } } == heard.map { .sent($0) })
    }

    @Test("Letters outside ASCII are announced where the relay takes them")
    func international() async throws {
        let (_, heard, _) = try await deliver(mail("jörg@example.com"))
        #expect(heard[1] == "MAIL FROM:<a@example.com> BODY=8BITMIME SMTPUTF8")
        let (_, plain, _) = try await deliver(mail("jörg@example.com"), ["EHLO": "250 relay\r\n"])
        #expect(plain[1] == "MAIL FROM:<a@example.com>")
    }

    @Test(
        "A refusal names what was refused",
        arguments: [
            ("EHLO", .hello), ("MAIL", .sender), ("RCPT", .recipient), ("DATA", .content), (".", .content),
        ] as [(String, SMTPStage)]
    )
    func refused(command: String, stage: SMTPStage) async throws {
        let (delivery, heard, _) = try await deliver(mail(), [command: "550 5.7.1 no\r\n"])
        #expect(delivery == .refused(stage, Reply(550, "5.7.1 no")))
        #expect(heard.last == "QUIT")
    }

    @Test("A greeting may be a refusal")
    func unwelcome() async throws {
        let (delivery, _, _) = try await deliver(mail(), greeting: "421 4.3.2 too many connections\r\n")
        #expect(delivery == .refused(.greeting, Reply(421, "4.3.2 too many connections")))
    }

    @Test("A connection that is lost before the mail's end delivers nothing; behind it, nobody knows")
    func lost() async throws {
        await #expect(throws: SMTPDialogue.Failure.closed) { _ = try await deliver(mail(), ["RCPT": nil]) }
        await #expect(throws: SMTPDialogue.Failure.closed) { _ = try await deliver(mail(), greeting: nil) }
        let (delivery, _, _) = try await deliver(mail(), [".": nil])
        #expect(delivery == .unknown(.closed))
    }

    @Test("What isn't SMTP is no reply")
    func malformed() async throws {
        await #expect(throws: SMTPDialogue.Failure.malformed(.notAReply)) {
            _ = try await deliver(mail(), greeting: "HTTP/1.1 400 Bad Request\r\n")
        }
    }

    @Test("A relay that says nothing isn't waited for")
    func silent() async throws {
        await #expect(throws: SMTPDialogue.Failure.timeout) {
            try await ScriptedServer.run(greeting: "220 relay\r\n", answer: { _ in "" }) { server in
                let mail = try mail()
                _ = try await SMTPDialogue.run(port: server.port, within: .milliseconds(200)) {
                    try await $0.deliver(mail)
                }
            }
        }
    }

    @Test("A port that nobody listens on is closed")
    func nobody() async throws {
        let port = try await ScriptedServer.run(greeting: nil, answer: { _ in nil }) { $0.port }
        #expect(await SMTPDialogue.trial(port: port, within: Self.limit) == .broken("\(SMTPDialogue.Failure.closed)"))
    }

    @Test("A trial begins a mail and gives it up")
    func trial() async throws {
        try await ScriptedServer.run(greeting: "220 relay\r\n", answer: Self.relay()) { server in
            #expect(await SMTPDialogue.trial(port: server.port, within: Self.limit) == .good)
            #expect(server.heard == ["MAIL FROM:<> X-SESSION", "RSET", "QUIT"])
        }
        let refusal = "451 4.7.0 mail (destination mail): refuses the login"
        let answer = Self.relay(["MAIL": "\(refusal)\r\n"])
        try await ScriptedServer.run(greeting: "220 relay\r\n", answer: answer) { server in
            let result = await SMTPDialogue.trial(port: server.port, within: Self.limit)
            #expect(result == .refused(Reply(451, String(refusal.dropFirst(4)))))
            #expect(server.heard == ["MAIL FROM:<> X-SESSION", "QUIT"])
        }
    }
}
