import NIOCore
import Testing

@testable import SMTP

@Suite("Server: limits")
struct ServerLimitTests {
    @Test("Command lines: 512 octets, 1612 for MAIL and RCPT, and over that a 500 and the next line")
    func lines() {
        var bench = ServerSituation.idle.bench()
        #expect(bench.send("NOOP \(String(repeating: "x", count: 505))") == ["< 250 2.0.0 OK"])
        #expect(bench.send("NOOP \(String(repeating: "x", count: 506))") == ["< 500 5.5.2 line too long"])
        #expect(
            bench.send("\(String(repeating: "x", count: 5000))", "NOOP") == ["< 500 5.5.2 line too long\n250 2.0.0 OK"]
        )
        #expect(bench.sendRaw(String(repeating: "x", count: 1700)) == ["< 500 5.5.2 line too long"])
        #expect(bench.sendRaw(String(repeating: "x", count: 90_000)) == [])
        #expect(bench.machine.wantsInput)
        #expect(bench.send("", "NOOP") == ["< 250 2.0.0 OK"])
        #expect(bench.sendOctets([0x4E, 0xFF, 0x0D, 0x0A]) == ["< 500 5.5.2 line is not UTF-8"])
        #expect(bench.send("MAIL FROM:<a@b> ENVID=\(String(repeating: "x", count: 1000))") == ["< 250 2.1.0 OK"])
    }

    @Test("Errors and idle commands come to an end with 421")
    func patience() {
        var bench = ServerSituation.idle.bench()
        for _ in 1..<20 { #expect(bench.send("XYZ") == ["< 500 5.5.2 unknown command"]) }
        #expect(bench.send("XYZ") == ["< 500 5.5.2 unknown command\n421 4.7.0 too many errors, closing", "close"])
        bench = ServerSituation.idle.bench()
        for _ in 1..<200 { _ = bench.send("") }
        #expect(bench.send("") == ["< 421 4.7.0 too many commands that do nothing, closing", "close"])
    }

    @Test("Who waits for a session may send ahead a few lines, and no more is read")
    func sentAhead() {
        var bench = ServerSituation.borrowing.bench()
        _ = bench.sendRaw(String(repeating: "x", count: 4095))
        #expect(bench.machine.wantsInput)
        _ = bench.sendRaw("x")
        #expect(!bench.machine.wantsInput)
    }

    @Test("what is held of a large read takes no more memory than it needs")
    func memoryOfHeldInput() {
        var bench = ServerSituation.borrowing.bench()
        var bytes = ByteBuffer()
        bytes.reserveCapacity(64 << 10)
        bytes.writeString("RCPT TO:<c@d>\r\n")
        bench.machine.receive(bytes)
        #expect(bench.run() == [])
        #expect(bench.machine.inbound.readableBytes == 15)
        #expect(bench.machine.inbound.storageCapacity <= 8 << 10)
    }

    @Test("Recipients over the limit are put off, and the mail server's own limit counts")
    func recipients() {
        var capabilities = ServerBench.full
        capabilities.mostRecipients = 2
        var bench = ServerSituation.borrowing.bench()
        _ = bench.lend(capabilities)
        #expect(bench.send("RCPT TO:<e@f>", "RCPT TO:<g@h>") == ["rcpt <e@f>", "! 452"])
        _ = bench.reply(.mail, 250, "ok")
        _ = bench.reply(.recipient, 250, "ok")
        #expect(bench.reply(.recipient, 250, "ok") == ["< 250 ok\n452 4.5.3 too many recipients, 2 are the limit"])
    }

    @Test("A client that never stops pipelining has to wait for the mail server")
    func unanswered() {
        var bench = ServerSituation.mailHeld.bench()
        #expect(bench.send("RCPT TO:<first@x>") == ["borrow"])
        _ = bench.lend()
        let lines = (0..<5000).map { "RCPT TO:<r\($0)@x>\r\n" }.joined()
        #expect(bench.sendRaw(lines).count == 99)
        #expect(bench.machine.slots.count == 100)
        #expect(!bench.machine.wantsInput)
        _ = bench.reply(.mail, 250, "ok")
        #expect(bench.reply(.recipient, 250, "ok") == ["< 250 ok", "rcpt <r99@x>"])
        #expect(bench.machine.slots.count == 100)
    }

    @Test(
        "Parameters: what the mail server doesn't offer, we refuse",
        arguments: [
            ("SIZE=10", nil), ("SIZE=x", "501"), ("SIZE=+5", "501"), ("SIZE=999999999", "552"), ("SIZE", "555"),
            ("BODY=8BITMIME", "555"), ("BODY=7BIT", nil), ("BODY=BINARYMIME", "555"), ("SMTPUTF8", "555"),
            ("SMTPUTF8=1", "555"), ("RET=FULL", "555"), ("ENVID=x", "555"), ("AUTH", "555"), ("AUTH=<>", nil),
            ("auth=e+3Dmc2@example.com", nil), ("REQUIRETLS", "555"),
        ] as [(String, String?)]
    )
    func parameters(parameter: String, code: String?) {
        var bench = ServerSituation.idle.bench()
        var capabilities = Capabilities()
        capabilities.pipelining = true
        var lines = bench.send("MAIL FROM:<a@b> \(parameter)")
        if lines == ["< 250 2.1.0 OK"] {
            #expect(bench.send("RCPT TO:<c@d>") == ["borrow"])
            lines = bench.lend(capabilities)
        }
        guard let code else {
            #expect(lines == ["mail <a@b>", "rcpt <c@d>"], "and it isn't passed on")
            return
        }
        #expect(lines.contains("= refused mail"))
        #expect(lines.last?.hasPrefix("< \(code) ") == true, "\(lines)")
        #expect(!bench.machine.isInTransaction)
    }

    @Test("Letters outside ASCII need SMTPUTF8, in an address and in a parameter")
    func internationalized() {
        for line in ["MAIL FROM:<bj\u{F6}rn@x>", "MAIL FROM:<a@b> ENVID=\u{F6}"] {
            var bench = ServerSituation.idle.bench()
            #expect(bench.send(line).last?.hasPrefix("< 553 ") == true)
            #expect(bench.send("\(line) SMTPUTF8") == ["< 250 2.1.0 OK"])
        }
    }
}
