import Testing

@testable import MailSink

@Suite struct SinkSessionTests {
    /// Plays lines as a well-run server would; the codes of the replies.
    private func play(_ lines: [String], _ change: (inout SinkConfiguration) -> Void = { _ in }) -> [Int] {
        var configuration = SinkConfiguration()
        configuration.requiresLogin = false
        change(&configuration)
        var session = SinkSession(configuration: configuration, accounts: SinkAccounts())
        return lines.map { line in
            let step = session.receive(line).step
            session.take(step)
            return step.reply.code
        }
    }

    private static let ready = ["EHLO a.example"]
    private static let sender = ready + ["MAIL FROM:<a@b>"]
    private static let recipient = sender + ["RCPT TO:<c@d>"]

    @Test(
        arguments: [
            (ready, "mail from:<a@b>", 250), ([], "MAIL FROM:<a@b>", 503), (["HELO x"], "MAIL FROM:<a@b>", 250),
            (["HELO x"], "MAIL FROM:<a@b> SIZE=1", 555), (ready, "MAIL FROM: <a@b>", 501),
            (ready, "MAIL FROM:a@b", 501),
            (ready, "MAIL FROM:<>", 250), (ready, "MAIL FROM:<a@b> ", 250), (ready, "MAIL FROM:<a@b>SIZE=1", 501),
            (ready, "MAIL FROM:<a@b> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+2B", 250),
            (ready, "MAIL FROM:<a@b> SIZE=99999999999", 552), (ready, "MAIL FROM:<a@b> SIZE=x", 501),
            (ready, "MAIL FROM:<a@b> SIZE=99999999999999999999999", 501), (ready, "MAIL FROM:<a@b> SIZE=1 SIZE=1", 501),
            (ready, "MAIL FROM:<a@b> BODY=BINARYMIME", 501), (ready, "MAIL FROM:<a@b> NEW=1", 555),
            (ready, "MAIL FROM:<ä@b>", 553), (ready, "MAIL FROM:<ä@b> SMTPUTF8", 250), (sender, "MAIL FROM:<a@b>", 503),
            (ready, "RCPT TO:<c@d>", 503), (sender, "RCPT TO:<>", 501), (sender, "RCPT TO:<ä@d>", 553),
            (sender, "RCPT TO:<c@d> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@d", 250),
            (sender, "RCPT TO:<c@d> NOTIFY=NEVER,DELAY", 501),
            (sender, "RCPT TO:<postmaster>", 250), (sender, "DATA", 554), (recipient, "DATA", 354),
            (ready, "DATA", 503),
            (recipient, "DATA now", 501), (recipient + ["RSET"], "DATA", 503),
            (recipient + ["EHLO again"], "DATA", 503),
            ([], "EHLO", 501), ([], "EHLO a b", 501), ([], "EHLO [127.0.0.1]", 250), ([], "STARTTLS", 502),
            ([], "BDAT 5 LAST", 502), ([], "VRFY a", 252), ([], "EXPN a", 502), ([], "HELP", 214), ([], "NOOP x", 250),
            ([], "QUIT", 221), ([], "", 500), ([], "GET / HTTP/1.1", 500), (ready, "AUTH GSSAPI", 504),
            (ready, "AUTH", 501), (["HELO x"], "AUTH PLAIN", 503), (sender, "AUTH PLAIN", 503),
            (ready, "AUTH PLAIN " + String(repeating: "A", count: 512), 500),
        ] as [([String], String, Int)]
    )
    func replies(before: [String], line: String, code: Int) {
        #expect(play(before + [line]).last == code, "\(line)")
    }

    @Test func wantsALogin() {
        #expect(play(Self.sender) { $0.requiresLogin = true }.last == 530)
    }

    @Test func limitsRecipients() {
        let lines = Self.recipient + ["RCPT TO:<e@f>"]
        #expect(play(lines) { $0.maximumRecipients = 1 }.last == 452)
    }

    @Test func whatIsNotOfferedIsNotTaken() {
        let lines = Self.ready + ["MAIL FROM:<a@b> BODY=8BITMIME"]
        #expect(play(lines) { $0.offers8BitMIME = false }.last == 555)
    }

    @Test func announcesWhatItIsTold() {
        var configuration = SinkConfiguration()
        configuration.mechanisms = [.xoauth2]
        configuration.announcesLimits = true
        configuration.offersDSN = false
        configuration.extraCapabilities = ["X-NEW"]
        let lines = configuration.capabilityLines
        #expect(lines.suffix(3) == ["LIMITS RCPTMAX=1000", "AUTH XOAUTH2", "X-NEW"])
        #expect(!lines.contains("DSN"))
    }
}
