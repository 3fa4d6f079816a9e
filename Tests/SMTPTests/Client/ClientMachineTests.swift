import NIOCore
import Testing

@testable import SMTP

@Suite("Client")
struct ClientMachineTests {
    @Test("A whole session with a server that pipelines")
    func session() {
        var bench = ClientBench()
        #expect(bench.run() == [])
        #expect(bench.receive("220 mail") == ["> EHLO relay.example"])
        #expect(bench.receive("250-mail", "250 PIPELINING") == ["established"])
        let envelope = bench.ask {
            $0.mail(.of("<a@b> SIZE=5"))
            $0.recipient(.of("<c@d> NOTIFY=NEVER"))
            $0.data()
        }
        #expect(envelope == ["> MAIL FROM:<a@b> SIZE=5\nRCPT TO:<c@d> NOTIFY=NEVER\nDATA"])
        #expect(bench.machine.pendingReply?.expectation == .mail)
        #expect(bench.receive("250 m", "250 r") == ["mail: 250 m", "recipient: 250 r"])
        #expect(bench.receive("354 go") == ["data: 354 go"])
        #expect(bench.ask { $0.content(ByteBuffer(string: "hi\r\n")) } == ["> hi"])
        #expect(bench.ask { $0.endOfData() } == ["> ."])
        #expect(bench.machine.pendingReply?.expectation == .endOfData)
        #expect(bench.receive("250 ok") == ["endOfData: 250 ok"])
        #expect(bench.machine.pendingReply?.expectation == nil)
        #expect(bench.ask { $0.reset() } == ["> RSET"])
        #expect(bench.receive("250 ok") == ["reset: 250 ok"])
        #expect(bench.ask { $0.quit() } == ["> QUIT"])
        #expect(bench.receive("221 bye") == ["close"])
        #expect(bench.ask { $0.reset() } == [])
    }

    @Test("Without PIPELINING one command goes at a time")
    func oneByOne() {
        var bench = ClientBench.ready(pipelining: false)
        let first = bench.ask {
            $0.mail(.of("<a@b>"))
            $0.recipient(.of("<c@d>"))
            $0.reset()
        }
        #expect(first == ["> MAIL FROM:<a@b>"])
        #expect(bench.receive("250 m") == ["mail: 250 m", "> RCPT TO:<c@d>"])
        #expect(bench.receive("250 r") == ["recipient: 250 r", "> RSET"])
        #expect(bench.receive("250 ok") == ["reset: 250 ok"])
    }

    @Test("What is asked for too early waits for the login, and doesn't stand in its way")
    func early() {
        var bench = ClientBench(.password(user: "u", password: "p"))
        #expect(bench.ask { $0.quit() } == [])
        #expect(bench.receive("220 hi") == ["> EHLO relay.example"])
        #expect(bench.receive("250-x", "250 AUTH PLAIN") == ["> AUTH PLAIN AHUAcA=="])
        #expect(bench.receive("235 in") == ["established", "> QUIT"])
        #expect(bench.receive("221 bye") == ["close"])
    }

    @Test(
        "Every kind of reply in every state",
        arguments: [
            ([], "220 hi", ["> EHLO relay.example"]),
            ([], "554 no", ["fail: greeting 554"]),
            ([], "421 too many", ["fail: greeting 421"]),
            ([], "250 hm", ["fail: greeting 250"]),
            ([], "HTTP/1.1 400", ["fail: malformed notAReply"]),
            (["220 hi"], "250 mail", ["> AUTH"]),
            (["220 hi"], "500 what", ["> HELO relay.example"]),
            (["220 hi"], "502 no", ["> HELO relay.example"]),
            (["220 hi"], "504 no", ["> HELO relay.example"]),
            (["220 hi"], "550 no", ["fail: refused 550"]),
            (["220 hi", "502 no"], "502 no", ["fail: refused 502"]),
            (["220 hi", "502 no"], "421 later", ["fail: refused 421"]),
            (["220 hi", "502 no"], "250-mail\r\n250 AUTH PLAIN", ["fail: no mechanism in []"]),
            (["220 hi"], "421 later", ["fail: refused 421"]),
            (["220 hi"], "354 huh", ["fail: refused 354"]),
            (["220 hi", "250 AUTH"], "235 in", ["established"]),
            (["220 hi", "250 AUTH"], "535 no", ["> AUTH"]),
            (["220 hi", "250 AUTH", "535 no"], "535 no", ["fail: PLAIN refused 535"]),
            (["220 hi", "250 AUTH", "535 no"], "235 in", ["established"]),
            (["220 hi", "250 AUTH"], "550 no", ["fail: PLAIN refused 550"]),
            (["220 hi", "250 AUTH"], "454 later", ["fail: PLAIN deferred 454"]),
            (["220 hi", "250 AUTH"], "432 too many", ["fail: PLAIN deferred 432"]),
            (["220 hi", "250 AUTH"], "334 ", ["> *"]),
            (["220 hi", "250 AUTH", "334 "], "501 cancelled", ["fail: PLAIN refused 501"]),
            (["220 hi", "250 AUTH", "334 "], "334 ", ["fail: PLAIN refused 334"]),
            (["220 hi", "250 AUTH", "235 in"], "421 timeout", ["fail: unexpected 421"]),
            (["220 hi", "250 AUTH", "235 in"], "250 surprise", ["fail: unexpected 250"]),
        ]
    )
    func table(before: [String], reply: String, expected: [String]) {
        var bench = ClientBench(.password(user: "u", password: "p"))
        func wire(_ line: String) -> String {
            line == "250 AUTH" || line == "250 mail" ? "250-mail\r\n250 AUTH PLAIN LOGIN" : line
        }
        for line in before { _ = bench.receive(wire(line)) }
        let lines = bench.receive(wire(reply)).map { $0.hasPrefix("> AUTH") ? "> AUTH" : $0 }
        #expect(lines == expected)
        guard expected.first?.hasPrefix("fail") == true else { return }
        #expect(bench.receive("250 x") == [] && bench.machine.pendingReply?.expectation == nil, "nothing more comes")
        #expect(bench.ask { $0.mail(.of("<a@b>")) } == [])
    }

    @Test("A server that knows no EHLO is used without extensions")
    func helo() {
        var bench = ClientBench()
        #expect(bench.receive("220 mail ESMTP Postfix") == ["> EHLO relay.example"])
        #expect(bench.receive("500 what") == ["> HELO relay.example"])
        #expect(bench.machine.pendingReply?.expectation == .ehlo)
        #expect(bench.receive("250-mail", "250 PIPELINING") == ["established"])
        #expect(bench.machine.capabilities == Capabilities())
        #expect(bench.machine.software == .postfix)
        #expect(bench.ask { $0.mail(.of("<a@b>")) } == ["> MAIL FROM:<a@b>"])
    }

    @Test("The software is known when the session is established")
    func software() {
        var bench = ClientBench()
        _ = bench.receive("220-mail ESMTP Exim 4.97", "220 no spam")
        #expect(bench.machine.software == .unknown)
        #expect(bench.receive("250-mail", "250 SIZE 5") == ["established"])
        #expect(bench.machine.software == .exim)
    }

    @Test("RSETs that belong to no message are counted, and those sent before an accepted one forgotten")
    func resets() {
        var bench = ClientBench()
        _ = bench.receive("220 mail ESMTP Postfix", "250 mail")
        for _ in 0..<101 {
            #expect(bench.machine.allowsReset)
            _ = bench.ask { $0.reset() }
            _ = bench.receive("250 ok")
        }
        #expect(!bench.machine.allowsReset)
        _ = bench.ask { $0.mail(.of("<a@b>")) }
        #expect(bench.machine.allowsReset)
        _ = bench.receive("250 ok")
        _ = bench.ask { $0.reset() }
        #expect(!bench.machine.allowsReset)
        _ = bench.receive("250 ok")
        _ = bench.ask { $0.endOfData() }
        #expect(bench.receive("250 ok") == ["endOfData: 250 ok"])
        #expect(bench.machine.allowsReset)
    }

    @Test(
        "What a server says in plain text instead of TLS is a refusal, or no TLS",
        arguments: [
            ("421 too many connections", "greeting 421"), ("554-no", nil), ("554-no\r\n554 go away", "greeting 554"),
            ("451 later", "greeting 451"), ("220 mail ESMTP", "without TLS 220"), ("250 hm", "without TLS 250"),
            ("354 hm", "without TLS 354"), ("SSH-2.0-OpenSSH_9.2", "not TLS"), ("421-a\r\n220 b", "not TLS"),
        ] as [(String, String?)]
    )
    func plaintext(text: String, failure: String?) {
        var bench = ClientBench(.password(user: "u", password: "p"))
        for byte in "\(text)\r\n".utf8 {
            #expect(bench.run() == [])
            bench.machine.receivePlaintext(ByteBuffer(bytes: [byte]))
        }
        #expect(bench.run() == (failure.map { ["fail: \($0)"] } ?? []))
        guard failure != nil else { return }
        bench.machine.receivePlaintext(ByteBuffer(string: "220 mail\r\n"))
        #expect(bench.run() == [], "nothing more comes")
    }

    @Test("Plain text is bounded like every reply, and credentials in it are blanked out")
    func plaintextBounds() {
        var long = ClientBench()
        long.machine.receivePlaintext(ByteBuffer(string: "421 " + String(repeating: "x", count: 2044)))
        #expect(long.run() == ["fail: not TLS"])
        var endless = ClientBench()
        for _ in 0..<64 {
            endless.machine.receivePlaintext(ByteBuffer(string: "421-x\r\n"))
            #expect(endless.run() == [])
        }
        endless.machine.receivePlaintext(ByteBuffer(string: "421-x\r\n"))
        #expect(endless.run() == ["fail: not TLS"])
        var repeating = ClientBench(.password(user: "tim", password: "tanstaafl"))
        repeating.machine.receivePlaintext(ByteBuffer(string: "554 tanstaafl\r\n"))
        #expect(repeating.machine.nextAction() == .fail(.greetingRefused(Reply(554, "<redacted>"))))
    }

    @Test("What was answered before a failure is still told")
    func failureBehindReplies() {
        var bench = ClientBench.ready()
        _ = bench.ask { $0.reset() }
        #expect(bench.receive("250 ok", "421 bye") == ["reset: 250 ok", "fail: unexpected 421"])
    }

    @Test("Too many sessions is told from other refusals")
    func tooMany() {
        #expect(ClientFailure.refused(Reply(421, "")).isTooManySessions)
        #expect(ClientFailure.loginDeferred(.plain, Reply(432, "")).isTooManySessions)
        #expect(!ClientFailure.refused(Reply(554, "")).isTooManySessions)
        #expect(!ClientFailure.loginRefused(.plain, Reply(535, "")).isTooManySessions)
    }
}
