import NIOCore
import Testing

@testable import SMTP

@Suite("Server: whole dialogues")
struct ServerDialogueTests {
    private static let documented = """
        MAIL FROM:sender@transparentproxy.com
            \n\
        RCPT TO:receiver@transparentproxy.com
            \n\
        DATA
            \n\
        Some test data.
          \n\
        .

        """

    @Test("The documented telnet session, typed line by line")
    func typed() {
        var bench = ServerBench()
        #expect(bench.connect() == ["< 220 relay ready"])
        #expect(bench.send("MAIL FROM:sender@transparentproxy.com") == ["< 250 2.1.0 OK"])
        #expect(bench.send("    ") == [])
        #expect(bench.send("RCPT TO:receiver@transparentproxy.com") == ["borrow"])
        #expect(
            bench.lend() == [
                "mail <sender@transparentproxy.com>", "rcpt <receiver@transparentproxy.com>",
            ]
        )
        #expect(bench.reply(.mail, 250, "ok") == [])
        #expect(bench.reply(.recipient, 250, "2.1.5 fine") == ["< 250 2.1.5 fine"])
        #expect(bench.send("    ") == [])
        #expect(bench.send("DATA") == ["data"])
        #expect(!bench.machine.isReceivingContent)
        #expect(bench.reply(.data, 354, "go on") == ["< 354 go on"])
        #expect(bench.machine.isReceivingContent)
        #expect(bench.send("    ") == ["content     "])
        #expect(bench.send("Some test data.") == ["content Some test data."])
        #expect(bench.send("  ") == ["content   "])
        #expect(bench.send(".") == ["dot"])
        #expect(!bench.machine.isReceivingContent)
        #expect(
            bench.reply(.endOfData, 250, "2.0.0 queued as 1") == [
                "give back", "= accepted 27", "< 250 2.0.0 queued as 1",
            ]
        )
        #expect(bench.send("QUIT") == ["< 221 2.0.0 relay bye", "close"])
    }

    @Test("The documented session pasted at once", arguments: ["\r\n", "\n"])
    func pasted(lineEnd: String) {
        var bench = ServerBench()
        _ = bench.connect()
        let text = Self.documented.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: lineEnd)
        #expect(bench.sendRaw(text) == ["< 250 2.1.0 OK", "borrow"])
        #expect(
            bench.lend() == [
                "mail <sender@transparentproxy.com>", "rcpt <receiver@transparentproxy.com>",
            ]
        )
        #expect(bench.reply(.mail, 250, "ok") == [])
        #expect(bench.reply(.recipient, 250, "ok") == ["< 250 ok", "data"])
        #expect(
            bench.reply(.data, 354, "go") == ["< 354 go", "content     \nSome test data.\n  ", "dot"]
        )
        #expect(bench.reply(.endOfData, 250, "ok") == ["give back", "= accepted 27", "< 250 ok"])
    }

    @Test("An application that pipelines")
    func pipelined() {
        var bench = ServerBench()
        _ = bench.connect()
        #expect(bench.send("EHLO app") == ["learn"])
        #expect(
            bench.learn() == [
                """
                < 250-relay
                250-PIPELINING
                250-SIZE 1000000
                250-8BITMIME
                250-SMTPUTF8
                250-DSN
                250 ENHANCEDSTATUSCODES
                """
            ]
        )
        #expect(
            bench.send("MAIL FROM:<a@b> SIZE=9", "RCPT TO:<c@d>", "RCPT TO:<e@f>", "DATA") == [
                "< 250 2.1.0 OK", "borrow",
            ]
        )
        #expect(bench.lend() == ["mail <a@b> SIZE=9", "rcpt <c@d>", "rcpt <e@f>", "data"])
        #expect(bench.reply(.mail, 250, "ok") == [])
        #expect(bench.reply(.recipient, 250, "one") == ["< 250 one"])
        #expect(bench.reply(.recipient, 550, "two") == ["! 550", "< 550 two"])
        #expect(bench.reply(.data, 354, "go") == ["< 354 go"])
        #expect(
            bench.send("..dots", ".", "MAIL FROM:<g@h>", "RCPT TO:<i@j>") == ["content ..dots", "dot"]
        )
        #expect(
            bench.reply(.endOfData, 250, "ok") == [
                "give back", "= accepted 7", "< 250 ok\n250 2.1.0 OK", "borrow",
            ]
        )
        #expect(bench.lend(isReused: true) == ["mail <g@h>", "rcpt <i@j>"])
        #expect(bench.machine.isInTransaction)
    }

    @Test("A whole mail in every two pieces: nothing depends on where the network cuts")
    func cutAnywhere() {
        let wire = "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\none\r\n..two\r\n.\r\nQUIT\r\n"
        for cut in 0...wire.utf8.count {
            var bench = ServerBench()
            var lines = bench.connect()
            let first = bench.sendOctets(Array(wire.utf8.prefix(cut)))
            lines += first + bench.answerAll(first)
            let second = bench.sendOctets(Array(wire.utf8.dropFirst(cut)))
            lines += second + bench.answerAll(second)
            let content = lines.compactMap { $0.hasPrefix("content ") ? $0.dropFirst(8) : nil }.joined()
            #expect(String(content.filter { $0 != "\n" && $0 != "\r" }) == "one..two", "cut at \(cut)")
            #expect(lines.filter { $0 == "dot" }.count == 1, "cut at \(cut)")
            #expect(lines.last == "close", "cut at \(cut)")
            #expect(lines.dropLast().last?.hasSuffix("221 2.0.0 relay bye") == true, "cut at \(cut)")
        }
    }

    @Test("DATA refused: the reply passes, the transaction goes on")
    func dataRefused() {
        var bench = ServerSituation.dataAsked.bench()
        #expect(bench.reply(.data, 451, "4.3.1 disk full") == ["= refused data", "< 451 4.3.1 disk full"])
        #expect(bench.send("RSET") == ["give back, reset", "< 250 2.0.0 OK"])
    }

    @Test("DATA refused with text behind it: refusal, 421, close; text is never read as commands")
    func dataRefusedBeforeText() {
        var bench = ServerSituation.dataAsked.bench()
        #expect(bench.send("Subject: x", "", "RSET", ".") == [])
        let lines = bench.reply(.data, 554, "5.5.1 no")
        #expect(
            lines == [
                "= refused data", "< 554 5.5.1 no", "give back, reset",
                "< 421 4.5.0 message data received after rejected DATA", "close",
            ]
        )
        #expect(bench.send("RSET") == [])
    }

    @Test(
        "DATA that we refuse ourselves, with text behind it",
        arguments: [
            ("DATA", "503 5.5.1 MAIL first"), ("DATA now", "501 5.5.4 can't read the argument of DATA"),
        ]
    )
    func dataRefusedByUs(command: String, reply: String) {
        var bench = ServerSituation.idle.bench()
        #expect(
            bench.send(command, "MAIL FROM:<text@is.no.command>") == [
                "< \(reply)\n421 4.5.0 message data received after rejected DATA", "close",
            ]
        )
    }

    @Test(
        "After a refused DATA only a command may follow, and MAIL, RSET, EHLO and HELO lift the guard",
        arguments: [
            ("RSET", "give back, reset", true), ("HELO x", "give back, reset", true),
            ("MAIL FROM:<a@b>", "< 503 5.5.1 there is a MAIL already", true), ("NOOP", "< 250 2.0.0 OK", false),
            ("HELP", "< 214", false), ("RCPT TO:<e@f>", "rcpt <e@f>", false),
        ]
    )
    func commandBehindRefusedData(line: String, first: String, isLifted: Bool) {
        var bench = ServerSituation.dataAsked.bench()
        _ = bench.reply(.data, 451, "4.3.1 disk full")
        #expect(bench.send(line).first?.hasPrefix(first) == true)
        let lines = bench.send("XYZ")
        if isLifted {
            #expect(lines == ["< 500 5.5.2 unknown command"])
        } else {
            #expect(lines.suffix(2) == ["< 421 4.5.0 message data received after rejected DATA", "close"])
        }
    }

    @Test(
        "After a refused DATA the relay takes QUIT, DATA and EHLO",
        arguments: [("QUIT", "give back, reset"), ("DATA", "data"), ("EHLO x", "give back, reset")]
    )
    func lastCommandBehindRefusedData(line: String, first: String) {
        var bench = ServerSituation.dataAsked.bench()
        _ = bench.reply(.data, 451, "4.3.1 disk full")
        #expect(bench.send(line).first?.hasPrefix(first) == true)
    }

    @Test("EHLO and a message that passes lift the guard behind a refused DATA")
    func guardIsLifted() {
        var bench = ServerSituation.dataAsked.bench()
        _ = bench.reply(.data, 451, "4.3.1 disk full")
        _ = bench.send("EHLO x")
        _ = bench.learn()
        #expect(bench.send("XYZ") == ["< 500 5.5.2 unknown command"])
        bench = ServerSituation.dataAsked.bench()
        _ = bench.reply(.data, 451, "4.3.1 disk full")
        _ = bench.send("DATA")
        _ = bench.reply(.data, 354, "go")
        _ = bench.send("text", ".")
        _ = bench.reply(.endOfData, 250, "ok")
        #expect(bench.send("XYZ") == ["< 500 5.5.2 unknown command"])
    }

    @Test(
        "Text behind a command that does nothing, after a refused DATA, is never a command",
        arguments: ["NOOP", "HELP", "RCPT TO:<e@f>"]
    )
    func textBehindIdleCommand(command: String) {
        var bench = ServerSituation.dataAsked.bench()
        _ = bench.reply(.data, 451, "4.3.1 disk full")
        let lines = bench.send(command, "Subject: x", "RSET", "MAIL FROM:<text@is.no.command>")
        #expect(lines.suffix(2) == ["< 421 4.5.0 message data received after rejected DATA", "close"])
        #expect(!lines.contains("borrow"))
    }

    @Test(
        "Text that follows a refused DATA in a later segment is never a command",
        arguments: [
            "Subject: x\r\n", "\r\n", "VRFY a\r\n", "STARTTLS\r\n", "Data follows\r\n", "Mail me\r\n", "RSET now\r\n",
            "GET / HTTP/1.1\r\n", "\u{E4}\r\n", "N\u{FFFD}\r\n", "NOOP text\r\n", "Help me\r\n", "Helo my friend\r\n",
            "EHLO\r\n", "BDAT 5 LAST\r\n", "\(String(repeating: "x", count: 600))\r\n",
            String(repeating: "x", count: 1612), ".\r\n",
        ]
    )
    func textBehindRefusedData(text: String) {
        for cut in [0, 1, text.utf8.count - 1] {
            var bench = ServerSituation.dataAsked.bench()
            _ = bench.reply(.data, 451, "4.3.1 disk full")
            let bytes = Array(text.utf8)
            var lines = bench.sendOctets(Array(bytes.prefix(cut)))
            lines += bench.sendOctets(bytes.dropFirst(cut) + Array("RSET\r\nMAIL FROM:<text@is.no.command>\r\n".utf8))
            #expect(
                lines == ["give back, reset", "< 421 4.5.0 message data received after rejected DATA", "close"],
                "cut at \(cut)"
            )
        }
    }

    @Test("Text behind a DATA that the relay refuses itself is no command either")
    func textBehindOurRefusal() {
        for situation in [ServerSituation.idle, .mailHeld, .failed] {
            var bench = situation.bench()
            #expect(bench.send("DATA").first?.hasPrefix("< ") == true)
            #expect(bench.send("NOOP").last == "< 250 2.0.0 OK")
            _ = bench.send("DATA")
            #expect(
                bench.send("Subject: x", "QUIT").suffix(2) == [
                    "< 421 4.5.0 message data received after rejected DATA", "close",
                ]
            )
        }
    }

    @Test("DATA behind a refused MAIL waits for the replies that are due, so none is lost to the 421")
    func dataBehindRefusedMail() {
        var bench = ServerSituation.mailSent.bench()
        _ = bench.send("RCPT TO:<e@f>")
        #expect(bench.reply(.mail, 550, "5.7.1 not you") == [])
        #expect(bench.send("DATA", "text") == [])
        #expect(bench.reply(.recipient, 503, "no MAIL") == ["< 550 5.7.1 not you"])
        #expect(
            bench.reply(.recipient, 503, "no MAIL") == [
                "< 550 5.7.1 not you", "give back", "= refused mail",
                "< 550 5.7.1 not you\n421 4.5.0 message data received after rejected DATA", "close",
            ]
        )
    }

    @Test("A refused sender is shown at RCPT; the session is others' at once, and the transaction is counted once")
    func refusedSender() {
        var bench = ServerSituation.mailSent.bench()
        #expect(bench.reply(.mail, 550, "5.7.1 not you") == [])
        #expect(
            bench.reply(.recipient, 503, "5.5.1 no MAIL") == ["< 550 5.7.1 not you", "give back", "= refused mail"]
        )
        #expect(bench.send("RCPT TO:<e@f>") == ["< 550 5.7.1 not you"])
        #expect(bench.send("DATA") == ["< 550 5.7.1 not you"])
        #expect(bench.send("RSET") == ["< 250 2.0.0 OK"])
        #expect(bench.send("MAIL FROM:<x@y>") == ["< 250 2.1.0 OK"])
    }

    @Test("MAIL is answered locally and needs no session, whatever the mail server offers")
    func mailNeedsNoSession() {
        for capabilities in [nil, Capabilities(), ServerBench.full] {
            var bench = ServerSituation.idle.bench()
            _ = bench.send("EHLO x")
            _ = bench.learn(capabilities)
            #expect(bench.send("MAIL FROM:<a@b>", "NOOP") == ["< 250 2.1.0 OK\n250 2.0.0 OK"])
            #expect(!bench.machine.holdsSession)
            #expect(bench.send("RCPT TO:<c@d>") == ["borrow"])
        }
    }

    @Test("A check for a session: MAIL is answered when there was one, and it isn't kept", arguments: [true, false])
    func sessionCheck(answersMailLocally: Bool) {
        var bench = ServerBench(answersMailLocally: answersMailLocally)
        _ = bench.connect()
        #expect(bench.send("MAIL FROM:<> X-SESSION") == ["borrow"])
        #expect(bench.lend() == ["give back", "< 250 2.1.0 OK"])
        #expect(!bench.machine.holdsSession)
        #expect(bench.send("RCPT TO:<c@d>") == ["borrow"])
        #expect(bench.lend() == ["mail <>", "rcpt <c@d>"])
        _ = bench.disconnect()
        bench = ServerBench(answersMailLocally: answersMailLocally)
        _ = bench.send("MAIL FROM:<> X-SESSION")
        #expect(bench.deny(451, "4.7.0 login") == ["= failed mail", "< 451 4.7.0 login"])
    }

    @Test("The switched-off form: MAIL is answered by the mail server")
    func remoteMail() {
        var bench = ServerBench(answersMailLocally: false)
        _ = bench.connect()
        #expect(bench.send("MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA") == ["borrow"])
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>", "data"])
        #expect(bench.reply(.mail, 250, "m") == ["< 250 m"])
        #expect(bench.reply(.recipient, 250, "r") == ["< 250 r"])
        #expect(bench.reply(.data, 354, "d") == ["< 354 d"])
    }

    @Test("The switched-off form: a refused MAIL leaves no transaction behind, and another MAIL may follow")
    func remoteMailRefused() {
        var bench = ServerBench(answersMailLocally: false)
        _ = bench.connect()
        _ = bench.send("MAIL FROM:<a@b>")
        _ = bench.lend()
        #expect(bench.reply(.mail, 550, "no") == ["< 550 no", "give back", "= refused mail"])
        #expect(!bench.machine.isInTransaction && !bench.machine.holdsSession)
        #expect(bench.send("MAIL FROM:<c@d>") == ["borrow"])
    }

    @Test("The switched-off form: what was pipelined behind a refused MAIL is answered first")
    func remoteMailRefusedPipelined() {
        var bench = ServerBench(answersMailLocally: false)
        _ = bench.connect()
        _ = bench.send("MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA")
        _ = bench.lend()
        #expect(bench.reply(.mail, 550, "m") == ["< 550 m"])
        #expect(bench.reply(.recipient, 503, "r") == ["< 503 r"])
        #expect(bench.reply(.data, 503, "d") == ["give back", "= refused mail", "< 503 d"])
        #expect(bench.send("MAIL FROM:<c@d>") == ["borrow"])
    }

    @Test("A repeated EHLO, a HELO and RSET end the transaction", arguments: ["EHLO x", "HELO x", "RSET"])
    func endsTransaction(command: String) {
        for situation in [ServerSituation.mailHeld, .recipientAccepted] {
            var bench = situation.bench()
            let lines = bench.send(command)
            let giveBack = situation == .mailHeld ? [] : ["give back, reset"]
            #expect(lines.dropLast() == giveBack + ["= abandoned recipient"])
            #expect(!bench.machine.isInTransaction)
        }
    }

    @Test(
        "While draining, the end of a transaction at the client's word is the end",
        arguments: ["EHLO x", "HELO x", "RSET"]
    )
    func endsTransactionWhileDraining(command: String) {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(bench.drain() == [])
        #expect(
            bench.send(command) == [
                "give back, reset", "= abandoned recipient", "< 421 4.3.2 relay is being stopped, try again", "close",
            ]
        )
        #expect(bench.send("NOOP") == [])
    }

    @Test(
        "Other protocols are dropped without a word",
        arguments: [
            ("GET / HTTP/1.1", "http"), ("post / HTTP/1.0", "http"), ("CONNECT x:465 HTTP/1.1", "http"),
            ("Host: x", "http"), ("PROXY TCP4 192.0.2.1 192.0.2.2 4000 465", "proxy_protocol"),
            ("PROXY UNKNOWN", "proxy_protocol"), ("GET\t/", "http"),
            ("GET /\(String(repeating: "x", count: 600))", "http"),
            ("GET /\(String(repeating: "x", count: 2000))", "http"), ("\u{16}\u{3}\u{1}\u{2}", "tls"),
        ]
    )
    func foreign(line: String, name: String) {
        for cut in 0...line.utf8.count + 2 {
            let bytes = Array("\(line)\r\nMAIL FROM:<a@b>\r\n".utf8)
            var idle = ServerSituation.idle.bench()
            let lines = idle.sendOctets(Array(bytes.prefix(cut))) + idle.sendOctets(Array(bytes.dropFirst(cut)))
            #expect(lines == ["foreign \(name)", "abort"], "cut at \(cut)")
        }
        var envelope = ServerSituation.recipientAccepted.bench()
        #expect(envelope.send(line) == ["give back, reset", "= abandoned recipient", "foreign \(name)", "abort"])
    }

    @Test("The binary PROXY header is known by its first bytes, and only at the start of a connection")
    func binaryProxyHeader() {
        let header = Array("\r\n\r\n\0\r\nQUIT\n!".utf8)
        for cut in 0...header.count {
            var bench = ServerSituation.idle.bench()
            let lines = bench.sendOctets(Array(header.prefix(cut))) + bench.sendOctets(Array(header.dropFirst(cut)))
            #expect(lines == ["foreign proxy_protocol", "abort"], "cut at \(cut)")
        }
        var bench = ServerSituation.idle.bench()
        _ = bench.send("NOOP")
        #expect(bench.sendOctets(header).first == "< 500 5.5.2 unknown command\n221 2.0.0 relay bye")
        bench = ServerSituation.idle.bench()
        #expect(bench.send("", "") == [])
        #expect(bench.send("NOOP") == ["< 250 2.0.0 OK"])
    }

    @Test("Multi-line replies of the mail server pass word for word, whatever their character set")
    func multiLine() {
        var bench = ServerSituation.mailAccepted.bench()
        bench.machine.replied(.recipient, Reply(code: 550, lines: [Array("5.1.1 no".utf8), [0x67, 0xFC], []]))
        guard case .recipientRefused = bench.machine.nextAction(), case .reply(let bytes) = bench.machine.nextAction()
        else {
            Issue.record("no reply")
            return
        }
        #expect(
            Array(bytes.readableBytesView)
                == Array("550-5.1.1 no\r\n550-g".utf8) + [0xFC] + Array("\r\n550 \r\n".utf8)
        )
    }

    @Test("The verdict after the client has vanished is counted, and nothing else happens")
    func verdictAfterDisconnect() {
        var bench = ServerSituation.verdict.bench()
        #expect(bench.disconnect() == [])
        #expect(bench.machine.isInTransaction)
        #expect(bench.reply(.endOfData, 250, "ok") == ["give back", "= accepted 6"])
        #expect(!bench.machine.isInTransaction)
        #expect(!bench.machine.wantsInput)
    }

    @Test("An application that closes its sending side still gets its replies, and then the close")
    func halfClosed() {
        var bench = ServerBench()
        _ = bench.connect()
        _ = bench.sendRaw("MAIL FROM:a@b\nRCPT TO:c@d\nDATA\nhello\n.\nQUIT\n")
        #expect(bench.endInput() == [])
        _ = bench.lend()
        #expect(bench.reply(.mail, 250, "ok") == [])
        _ = bench.reply(.recipient, 250, "ok")
        #expect(bench.reply(.data, 354, "go") == ["< 354 go", "content hello", "dot"])
        #expect(
            bench.reply(.endOfData, 250, "ok") == [
                "give back", "= accepted 7", "< 250 ok\n221 2.0.0 relay bye", "close",
            ]
        )
    }

    @Test("Too large, a bare CR, a NUL: the session is cut, the rest discarded, the reply comes at the end")
    func refusedContent() {
        for (text, reply) in [
            ("a\rb", "550 5.6.0 message refused: it has a carriage return without a line feed"),
            ("a\u{0}b", "550 5.6.0 message refused: it has a NUL octet"),
        ] {
            var bench = ServerSituation.content.bench()
            #expect(bench.send(text, "more") == ["cut"])
            #expect(bench.send("MAIL FROM:<still@text>") == [])
            #expect(bench.send(".") == ["< \(reply)", "= refused content"])
            #expect(bench.send("MAIL FROM:<a@b>") == ["< 250 2.1.0 OK"])
        }
        var bench = ServerSituation.content.bench()
        let line = String(repeating: "x", count: 900)
        var lines: [String] = []
        for _ in 0..<1200 { lines += bench.send(line) }
        #expect(lines.last == "cut")
        #expect(
            bench.send(".") == ["< 552 5.3.4 message refused: it is larger than 1000000 octets", "= refused content"]
        )
    }

    @Test("A line of text has no limit by default, and one by configuration")
    func textLine() {
        let line = String(repeating: "x", count: 100_000)
        var bench = ServerSituation.content.bench()
        #expect(bench.send(line) == ["content \(line)"])
        #expect(bench.machine.inbound.storageCapacity == 0)
        #expect(bench.send(".") == ["dot"])
        bench = ServerBench { $0.limits.textLineLimit = 1000 }
        _ = bench.connect()
        let asked = bench.send("MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA")
        #expect(bench.answerAll(asked).last?.hasPrefix("< 354") == true)
        #expect(bench.send(line) == ["cut"])
        #expect(
            bench.send(".") == [
                "< 550 5.6.0 message refused: it has a line of more than 1000 octets", "= refused content",
            ]
        )
    }

    @Test(
        "The smuggler's ends: nothing is delivered, nothing behind is read",
        arguments: ["\n.\n", "\n.\r\n", "\r\n.\n", "\r\n.\r\r\n", "\r\r\n.\r\r\n", "\n.\r\r\n"]
    )
    func smuggling(end: String) {
        var bench = ServerSituation.content.bench()
        let attack = "x\(end)MAIL FROM:<evil@x>\r\nRCPT TO:<y@z>\r\nDATA\r\nevil\r\n.\r\n"
        #expect(
            bench.sendRaw(attack) == [
                "cut", "= refused content",
                """
                < 550 5.6.0 message refused: a dot on a line of its own beside a line end other than CR LF
                421 4.7.0 closing, since the end of the message is uncertain
                """, "close",
            ]
        )
    }

    @Test("A client is an LF client only as long as every command line ended with LF")
    func lineDiscipline() {
        func content(_ commands: String) -> [String] {
            var bench = ServerBench()
            _ = bench.connect()
            _ = bench.sendRaw(commands)
            _ = bench.lend()
            _ = bench.reply(.mail, 250, "ok")
            _ = bench.reply(.recipient, 250, "ok")
            _ = bench.reply(.data, 354, "go")
            return bench.sendRaw("x\n.\n")
        }
        #expect(content("MAIL FROM:a@b\nRCPT TO:c@d\nDATA\n") == ["content x", "dot"])
        #expect(content("MAIL FROM:a@b\r\nRCPT TO:c@d\nDATA\n").first == "cut")
        #expect(content("MAIL FROM:a@b\nRCPT TO:c@d\nDATA\r\n").first == "cut")
        // Lines that were refused for their form count too.
        #expect(content("\(String(repeating: "x", count: 600))\r\nMAIL FROM:a@b\nRCPT TO:c@d\nDATA\n").first == "cut")
        #expect(content("\(String(repeating: "x", count: 2000))\r\nMAIL FROM:a@b\nRCPT TO:c@d\nDATA\n").first == "cut")
    }
}

extension ServerBench {
    /// Plays a mail server that says yes to all that is asked, until nothing is asked any more.
    mutating func answerAll(_ lines: [String]) -> [String] {
        var all: [String] = []
        var asked = lines
        while !asked.isEmpty {
            var next: [String] = []
            for line in asked {
                switch line.prefix(while: { $0 != " " }) {
                case "learn": next += learn()
                case "borrow": next += lend()
                case "mail": next += reply(.mail, 250, "ok")
                case "rcpt": next += reply(.recipient, 250, "ok")
                case "data": next += reply(.data, 354, "go")
                case "dot": next += reply(.endOfData, 250, "ok")
                default: break
                }
            }
            all += next
            asked = next
        }
        return all
    }
}
