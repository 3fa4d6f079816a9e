import NIOCore
import Testing

@testable import SMTP

/// What a mail server's words cost, in bytes looked at.
@Suite("Client: the work is linear")
struct ClientWorkTests {
    private static let limit = 64 << 10

    /// An EHLO reply of as many different mechanisms as fit.
    private static let mechanisms: [UInt8] = {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
        var names = letters.lazy.flatMap { first in
            letters.lazy.flatMap { second in letters.lazy.map { "\(first)\(second)\($0)" } }
        }
        .makeIterator()
        var wire = "250-mail\r\n"
        while wire.utf8.count < limit - 4096 {
            wire += "250-AUTH"
            for _ in 0..<500 { wire += " \(names.next() ?? "X")" }
            wire += "\r\n"
        }
        return Array("\(wire)250 AUTH PLAIN\r\n".utf8)
    }()

    /// A refusal that almost holds the password everywhere.
    private static let refusal: [UInt8] = {
        let line = "535-\(String(repeating: "a", count: 2040))\r\n"
        return Array("\(String(repeating: line, count: 31))535 a\r\n".utf8)
    }()

    @Test("A hostile EHLO reply and a hostile refusal of the login cost few looks a byte", arguments: [1, 100, 70000])
    func login(size: Int) {
        let password = String(repeating: "a", count: 4095) + "b"
        var bench = ClientBench(.password(user: "tim", password: password))
        _ = bench.receive("220 hi")
        let before = bench.machine.steps
        var last: [String] = []
        for bytes in [Self.mechanisms, Self.refusal] {
            for start in stride(from: 0, to: bytes.count, by: size) {
                bench.machine.receive(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
                let lines = bench.run()
                if !lines.isEmpty { last = lines }
            }
            if last.first?.hasPrefix("> AUTH PLAIN") == true { last = bench.receive("334 ") }
        }
        #expect(last == ["fail: PLAIN refused 535"])
        #expect(bench.machine.steps - before <= 10 * (Self.mechanisms.count + Self.refusal.count))
    }
}
