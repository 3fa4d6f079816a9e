import Testing

@testable import SMTP

@Suite("Server: what is answered without the mail server")
struct LocalReplyTests {
    @Test(
        "Commands",
        arguments: [
            ("HELO app", "250 relay"),
            ("NOOP", "250 2.0.0 OK"),
            ("RSET", "250 2.0.0 OK"),
            ("HELP", "214 2.0.0 "),
            ("VRFY postmaster", "252 2.0.0 "),
            ("EXPN staff", "502 5.5.1 "),
            ("AUTH PLAIN AHVzZXIAcGFzcw==", "503 5.5.1 no login is needed here"),
            ("AUTH", "503 5.5.1 no login is needed here"),
            ("STARTTLS", "502 5.5.1 no TLS is needed here"),
            ("BDAT 0 LAST", "502 5.5.1 "),
            ("XEXCH50 9 2", "502 5.5.1 "),
            ("ETRN example.com", "502 5.5.1 "),
            ("XCLIENT ADDR=192.0.2.1", "502 5.5.1 "),
            ("XFORWARD ADDR=192.0.2.1", "502 5.5.1 "),
            ("FOO", "500 5.5.2 "),
            ("RCPT TO:<a@b>", "503 5.5.1 "),
            ("DATA", "503 5.5.1 "),
            ("MAIL FROM:", "501 5.5.4 "),
            ("RCPT TO:<>", "501 5.5.4 "),
        ]
    )
    func command(line: String, start: String) throws {
        var bench = ServerSituation.idle.bench()
        let lines = bench.send(line)
        #expect(lines.count == 1 && lines[0].hasPrefix("< \(start)"), "\(lines)")
        #expect(!bench.machine.isInTransaction)
    }

    @Test("An unexpected AUTH never shows what was sent with it")
    func secret() {
        var bench = ServerSituation.idle.bench()
        #expect(!bench.send("AUTH PLAIN AHVzZXIAcGFzcw==").joined().contains("AHVz"))
    }

    @Test(
        "EHLO: what the mail server has and we know, PIPELINING always, the smaller SIZE",
        arguments: [
            ([], ["PIPELINING", "SIZE 1000"]),
            (["PIPELINING", "SIZE 999"], ["PIPELINING", "SIZE 999"]),
            (["SIZE 1001"], ["PIPELINING", "SIZE 1000"]),
            (["SIZE"], ["PIPELINING", "SIZE 1000"]),
            (["8BITMIME"], ["PIPELINING", "SIZE 1000", "8BITMIME"]),
            (["SMTPUTF8"], ["PIPELINING", "SIZE 1000", "SMTPUTF8"]),
            (["DSN"], ["PIPELINING", "SIZE 1000", "DSN"]),
            (["ENHANCEDSTATUSCODES"], ["PIPELINING", "SIZE 1000", "ENHANCEDSTATUSCODES"]),
            (["LIMITS MAILMAX=5 RCPTMAX=7"], ["PIPELINING", "SIZE 1000", "LIMITS RCPTMAX=7"]),
            (["LIMITS RCPTMAX=5000"], ["PIPELINING", "SIZE 1000", "LIMITS RCPTMAX=1000"]),
            (
                [
                    "AUTH PLAIN LOGIN", "AUTH=PLAIN", "STARTTLS", "CHUNKING", "BINARYMIME", "XCLIENT NAME ADDR",
                    "XFORWARD NAME", "ETRN", "REQUIRETLS", "VRFY", "HELP", "DELIVERBY", "FUTURE",
                ],
                ["PIPELINING", "SIZE 1000"]
            ),
        ]
    )
    func ehlo(offered: [String], passed: [String]) {
        let reply = Reply(code: 250, lines: (["mail.example"] + offered).map { Array($0.utf8) })
        var bench = ServerBench { $0.limits.messageLimit = 1000 }
        _ = bench.connect()
        #expect(bench.send("EHLO app") == ["learn"])
        let lines = bench.learn(Capabilities(ehlo: reply)).joined().dropFirst(2).split(separator: "\n")
        #expect(lines.map { String($0.dropFirst(4)) } == ["relay"] + passed)
        #expect(lines.allSatisfy { $0.hasPrefix("250") })
    }
}
