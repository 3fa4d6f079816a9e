import Testing

@testable import SMTP

@Suite("Software of mail servers")
struct MailServerSoftwareTests {
    private static func software(_ greeting: String, _ ehlo: [String] = ["mail.example"]) -> MailServerSoftware {
        MailServerSoftware(
            greeting: Reply(220, greeting),
            ehlo: Reply(code: 250, lines: ehlo.map { Array($0.utf8) })
        )
    }

    @Test(
        "The greeting names the software",
        arguments: [
            ("mail.example ESMTP Exim 4.97 Tue, 01 Dec 2026 10:00:00 +0000", .exim),
            ("mail.example ESMTP Postfix (Debian/GNU)", .postfix),
            ("AM0.outlook.office365.com Microsoft ESMTP MAIL Service ready at Tue, 1 Dec 2026", .exchange),
            ("smtp.gmail.com ESMTP 5b1f17b1804b1-42 - gsmtp", .gmail),
            ("email-smtp.amazonaws.com ESMTP SimpleEmailService-d-0ABC abc", .amazonSES),
            ("mail.example ESMTP OpenSMTPD", .openSMTPD),
            ("mail.example ESMTP Sendmail 8.18.1/8.18.1; Tue, 1 Dec 2026", .sendmail),
            ("mail.example ESMTP", .unknown), ("", .unknown), ("exim.example ESMTP", .unknown),
            ("exim.example ESMTP Postfix", .postfix), ("mail.example Postfix behind Exim", .exim),
        ] as [(String, MailServerSoftware)]
    )
    func greeting(text: String, software: MailServerSoftware) {
        #expect(Self.software(text) == software)
    }

    @Test("Where the greeting is silent, EHLO may tell")
    func ehlo() {
        #expect(Self.software("x", ["mail.example", "PIPECONNECT"]) == .exim)
        #expect(Self.software("x", ["mail.example", "SIZE 1", "X-EXPS GSSAPI NTLM"]) == .exchange)
        #expect(Self.software("x", ["mail.example", "NOT-PIPECONNECT", "SIZE PIPECONNECT"]) == .unknown)
    }

    @Test("A server that tells nothing is treated like Exim")
    func unknown() {
        #expect(!MailServerSoftware.unknown.deliversAtOnce && !MailServerSoftware.exim.deliversAtOnce)
        #expect(MailServerSoftware.unknown.maxResets == MailServerSoftware.exim.maxResets)
        #expect(MailServerSoftware.allCases.filter { !$0.deliversAtOnce } == [.exim, .unknown])
    }

    @Test(
        "Servers without LIMITS tell of their limit of messages in words",
        arguments: [
            (421, "too many messages in this connection", true),
            (421, "Maximum message count per session reached", true),
            (452, "4.3.1 maximum number of messages exceeded", true),
            (451, "4.7.0 Too many messages, try again later", false),
            (452, "4.3.1 Message size exceeds the limit", false),
            (432, "4.3.2 Concurrent connections limit exceeded", false),
            (554, "too many messages in this connection", false),
        ]
    )
    func messageLimit(code: Int, text: String, isLimit: Bool) {
        #expect(Reply(code, text).reportsMessageLimit == isLimit)
    }

    @Test("The first RSET behind a MAIL is free, then ten are allowed")
    func resets() {
        var commands = NonMailCommands()
        for _ in 0..<100 {
            commands.sentMail()
            #expect(commands.allowReset(.exim))
            commands.sentReset()
        }
        for _ in 0..<10 {
            #expect(commands.allowReset(.exim))
            commands.sentReset()
        }
        #expect(!commands.allowReset(.exim))
        #expect(commands.allowReset(.postfix))
        commands.sentMail()
        #expect(commands.allowReset(.exim))
        commands.sentReset()
        #expect(!commands.allowReset(.exim))
    }

    @Test("An accepted message clears the count of Postfix, not that of Exim", arguments: MailServerSoftware.allCases)
    func accepted(software: MailServerSoftware) {
        var commands = NonMailCommands()
        for _ in 0...software.maxResets { commands.sentReset() }
        #expect(!commands.allowReset(software))
        commands.acceptedMessage(software)
        #expect(commands.allowReset(software) == (software == .postfix))
    }
}
