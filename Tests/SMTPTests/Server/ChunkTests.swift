import NIOCore
import Testing

@testable import SMTP

@Suite("Server: data that is announced although it isn't offered")
struct ChunkTests {
    private static let refusal = "502 5.5.1 BDAT is not offered"
    private static let chunk = "Subject: x\r\n\r\nRSET\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<y@z>\r\nDATA\r\nevil\r\n.\r\n"

    /// Sends `text` in two pieces.
    private func send(_ text: String, cut: Int, to bench: inout ServerBench) -> [String] {
        let bytes = Array(text.utf8)
        return bench.sendOctets(Array(bytes.prefix(cut))) + bench.sendOctets(Array(bytes.dropFirst(cut)))
    }

    @Test(
        "The chunk of a BDAT is discarded, wherever it is cut and whatever the transaction",
        arguments: [ServerSituation.idle, .mailHeld, .recipientAccepted, .failed]
    )
    func discarded(situation: ServerSituation) {
        let text = "BDAT \(Self.chunk.utf8.count) LAST\r\n\(Self.chunk)NOOP\r\n"
        for cut in 0...text.utf8.count {
            var bench = situation.bench()
            let lines = send(text, cut: cut, to: &bench)
            let replies = lines.map { $0.replacing("< ", with: "") }.joined(separator: "\n")
            #expect(replies == "\(Self.refusal)\n250 2.0.0 OK", "cut at \(cut)")
        }
    }

    @Test("Each of several chunks has one refusal, and the transaction stays")
    func several() {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(
            bench.sendRaw("BDAT 6\r\nRSET\r\nbdat 4\r\n\r\n\r\nBDAT 0 LAST\r\nDATA\r\n") == [
                "< \([Self.refusal, Self.refusal, Self.refusal].joined(separator: "\n"))", "data",
            ]
        )
    }

    @Test("A chunk may be long: it is neither kept nor counted as idle time")
    func long() {
        var bench = ServerSituation.idle.bench()
        let size = 10_000_000
        #expect(bench.send("BDAT \(size) LAST") == [])
        #expect(bench.machine.isReceivingContent)
        let piece = ByteBuffer(repeating: UInt8(ascii: "\n"), count: 50_000)
        let before = bench.machine.progress
        for _ in 0..<(size / 50_000) {
            #expect(bench.machine.wantsInput)
            bench.machine.receive(piece)
            #expect(bench.machine.progress >= before)
            let lines = bench.run()
            #expect(bench.machine.inbound.readableBytes == 0)
            #expect(lines.isEmpty == bench.machine.isReceivingContent)
        }
        #expect(bench.machine.progress > before + size / 1000)
        #expect(!bench.machine.isReceivingContent)
        #expect(bench.send("NOOP") == ["< 250 2.0.0 OK"])
    }

    @Test("An input that ends within a chunk ends the connection")
    func cutShort() {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(bench.sendRaw("BDAT 100 LAST\r\nMAIL") == [])
        #expect(bench.endInput() == ["give back, reset", "= abandoned recipient", "close"])
    }

    @Test("A BDAT waits for the replies that are due")
    func waits() {
        var bench = ServerSituation.mailSent.bench()
        #expect(bench.sendRaw("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n") == [])
        #expect(bench.reply(.mail, 250, "ok") == [])
        #expect(bench.reply(.recipient, 250, "one") == ["< 250 one\n\(Self.refusal)\n250 2.0.0 OK"])
    }

    @Test(
        "A chunk whose end isn't known ends the connection",
        arguments: [
            "BDAT", "BDAT LAST", "BDAT x LAST", "BDAT -1 LAST", "BDAT +5", "BDAT 0x10", "BDAT 5 FIRST", "BDAT 5 LAST 6",
            "BDAT 5LAST", "BDAT 99999999999999999999999 LAST", "BDAT \u{663}", "BDAT\t5 LAST", "BDAT\u{A0}5 LAST",
            "BDAT 5\u{7F} LAST", "bdat:5", "BDAT 5 \(String(repeating: "x", count: 600))",
            "BDAT 5 \(String(repeating: "x", count: 5000))",
        ]
    )
    func unknownEnd(line: String) {
        for cut in [0, 1, 4, line.utf8.count, line.utf8.count + 2] {
            var bench = ServerSituation.idle.bench()
            let lines = send("\(line)\r\nRSET\r\nMAIL FROM:<evil@x>\r\n", cut: cut, to: &bench)
            #expect(lines.first?.hasPrefix("< 50") == true, "\(lines)")
            #expect(lines.last == "close")
            #expect(lines.joined().contains("421 4.5.0 end of the announced data is unknown"))
            #expect(!lines.joined().contains("2.0.0 OK") && !lines.contains("borrow"))
        }
    }

    @Test("A chunk that isn't UTF-8 in its command line ends the connection")
    func notUTF8() {
        for verb in ["BDAT 5 ", "DATA ", "XEXCH50 5 "] {
            var bench = ServerSituation.idle.bench()
            let lines = bench.sendOctets(Array(verb.utf8) + [0xFF, 0x0D, 0x0A] + Array("RSET\r\n".utf8))
            #expect(lines.first?.hasPrefix("< 500 5.5.2 line is not UTF-8\n421 4.5.0 ") == true)
            #expect(lines.last == "close")
        }
    }

    @Test("A chunk over the size limit ends the connection, and is counted")
    func tooLarge() {
        var bench = ServerBench { $0.limits.messageLimit = 1000 }
        _ = bench.connect()
        #expect(bench.sendRaw("BDAT 1000\r\n") == [])
        #expect(bench.sendRaw(String(repeating: "x", count: 1000)) == ["< \(Self.refusal)"])
        #expect(
            bench.send("BDAT 1001", "QUIT") == [
                "< \(Self.refusal)\n421 4.5.0 announced data too large, closing connection", "close",
            ]
        )
        #expect(bench.machine.takeLimitsReached() == [.messageSize])
    }

    @Test("Without a size limit a chunk still has a bound")
    func unlimited() {
        var bench = ServerBench { $0.limits.messageLimit = 0 }
        _ = bench.connect()
        #expect(bench.send("BDAT \(Int.max) LAST").last == "close")
    }

    @Test("Refused chunks count as errors")
    func errors() {
        var bench = ServerSituation.idle.bench()
        for _ in 1..<20 { #expect(bench.send("BDAT 0") == ["< \(Self.refusal)"]) }
        #expect(bench.send("BDAT 0").last == "close")
    }

    @Test("Data behind the other verbs that announce some is no command", arguments: ["XEXCH50 40 2", "DATA\tnow"])
    func otherVerbs(line: String) {
        for cut in [0, line.utf8.count + 2] {
            var bench = ServerSituation.recipientAccepted.bench()
            let lines = send("\(line)\r\nSubject: x\r\nRSET\r\nMAIL FROM:<evil@x>\r\n", cut: cut, to: &bench)
            #expect(lines.last == "close")
            #expect(lines.joined().contains("421 4.5.0 ") && !lines.joined().contains("2.0.0 OK"))
        }
    }
}
