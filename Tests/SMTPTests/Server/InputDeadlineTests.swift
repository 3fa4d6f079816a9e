import NIOCore
import Testing

@testable import SMTP

@Suite("Deadlines towards applications")
struct InputDeadlineTests {
    private var deadline = InputDeadline(.seconds(300))

    private mutating func update(_ progress: Int, isWaiting: Bool = true, at seconds: Int64) -> Int64? {
        let now = NIODeadline.uptimeNanoseconds(0) + .seconds(seconds)
        let deadline = deadline.update(progress: progress, isWaiting: isWaiting, at: now)
        return deadline.map { Int64($0.uptimeNanoseconds / 1_000_000_000) }
    }

    @Test("The deadline is moved by progress, and by a wait for the mail server")
    mutating func moved() {
        #expect(update(0, at: 10) == 310)
        #expect(update(0, at: 309) == 310)
        #expect(update(1, at: 309) == 609)
        #expect(update(1, isWaiting: false, at: 400) == nil)
        #expect(update(1, at: 500) == 800)
    }

    @Test("A whole command line is progress, a byte of one is not")
    func commands() {
        var bench = ServerSituation.idle.bench()
        var last = bench.machine.progress
        for line in ["NOOP\r\n", "XYZ\r\n", "\r\n", "N\u{E4}\r\n", String(repeating: "x", count: 600) + "\r\n"] {
            for byte in line.utf8.dropLast() {
                _ = bench.sendOctets([byte])
                #expect(bench.machine.progress == last)
            }
            _ = bench.sendOctets([UInt8(ascii: "\n")])
            #expect(bench.machine.progress == last + 1)
            last = bench.machine.progress
        }
        // A line without an end is refused once, and what follows of it is nothing.
        _ = bench.sendRaw(String(repeating: "x", count: 1200))
        for _ in 0..<5000 { _ = bench.sendRaw("x") }
        #expect(bench.machine.progress == last + 1)
    }

    @Test("Of a message, 256 bytes are progress, delivered or not", arguments: [ServerSituation.content, .discarding])
    func content(situation: ServerSituation) {
        var bench = situation.bench()
        let start = bench.machine.progress
        for _ in 0..<128 { _ = bench.sendRaw("x\r\n") }
        #expect((1...2).contains(bench.machine.progress - start))
        _ = bench.sendRaw(String(repeating: "x\r\n", count: 10000))
        #expect(bench.machine.progress - start > 100)
    }
}
