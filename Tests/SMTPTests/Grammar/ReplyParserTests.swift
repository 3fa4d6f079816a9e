import NIOCore
import TestSupport
import Testing

@testable import SMTP

@Suite("Reading replies")
struct ReplyParserTests {
    /// All replies in `bytes`, fed in stretches; what went wrong is the last element.
    static func parse(_ stretches: [[UInt8]]) -> [String] {
        var parser = ReplyParser()
        var buffer = ByteBuffer()
        var found: [String] = []
        for stretch in stretches {
            buffer.writeBytes(stretch)
            do {
                while let reply = try parser.next(from: &buffer) {
                    found.append("\(reply.code) \(reply.lines.map { String(decoding: $0, as: UTF8.self) })")
                }
            } catch {
                return found + ["\(error)"]
            }
        }
        if parser.isInsideReply { found.append("inside") }
        if buffer.readableBytes > 0 { found.append("left: \(buffer.readableBytes)") }
        return found
    }

    @Test(
        "Tables, whole and split at every octet",
        arguments: [
            ("220 hello\r\n", [#"220 ["hello"]"#]),
            ("250\r\n", [#"250 [""]"#]),
            ("250 \r\n", [#"250 [""]"#]),
            ("250-a\r\n250-b\r\n250 c\r\n", [#"250 ["a", "b", "c"]"#]),
            ("250-a\r\n250\r\n", [#"250 ["a", ""]"#]),
            ("250-\r\n250 x\r\n", [#"250 ["", "x"]"#]),
            ("250 a\n354 b\n", [#"250 ["a"]"#, #"354 ["b"]"#]),
            ("250 a\r\n354 go\r\n550-x\r\n", [#"250 ["a"]"#, #"354 ["go"]"#, "inside"]),
            ("250 gr\u{FC}n\r\n", ["250 [\"gr\u{FC}n\"]"]),
            ("250 a\r250 b\r\r\n", [#"250 ["a 250 b "]"#]),
            ("250-a\u{0}b\r\n250 c\r\n", [#"250 ["a b", "c"]"#]),
            ("250 a", ["left: 5"]),
            ("", []),
            ("250-a\r\n251 b\r\n", ["codesDiffer"]),
            ("250 ok\r\n250-a\r\n550 b\r\n", [#"250 ["ok"]"#, "codesDiffer"]),
            ("\r\n", ["notAReply"]),
            ("25\r\n", ["notAReply"]),
            ("+OK pop3\r\n", ["notAReply"]),
            ("SSH-2.0-x\r\n", ["notAReply"]),
            ("100 x\r\n", ["notAReply"]),
            ("600 x\r\n", ["notAReply"]),
            ("2x0 x\r\n", ["notAReply"]),
            ("2500 x\r\n", ["notAReply"]),
            ("250x\r\n", ["notAReply"]),
            (" 250 x\r\n", ["notAReply"]),
            ("\u{0}\u{0}\u{0}\r\n", ["notAReply"]),
        ]
    )
    func table(wire: String, expected: [String]) {
        let octets = Array(wire.utf8)
        #expect(Self.parse([octets]) == expected)
        #expect(Self.parse(octets.map { [$0] }) == expected)
        for cut in 0...octets.count {
            #expect(Self.parse([Array(octets[..<cut]), Array(octets[cut...])]) == expected, "cut at \(cut)")
        }
    }

    @Test("A line has at most 2048 bytes, its end included")
    func longLine() {
        let longest = Array("250 \(String(repeating: "x", count: 2048 - 6))\r\n".utf8)
        #expect(Self.parse([longest]).count == 1)
        #expect(Self.parse([longest]) != ["lineTooLong"])
        #expect(Self.parse([[0x32, 0x35, 0x30, 0x20, 0x78] + longest.dropFirst(4)]) == ["lineTooLong"])
        #expect(Self.parse([Array(repeating: 0x32, count: 2047)]) == ["left: 2047"])
        #expect(Self.parse([Array(repeating: 0x32, count: 2048)]) == ["lineTooLong"])
    }

    @Test("A reply has at most 64 lines")
    func manyLines() {
        let lines = String(repeating: "250-x\r\n", count: 63)
        #expect(Self.parse([Array("\(lines)250 x\r\n".utf8)]).first?.hasPrefix("250 [") == true)
        #expect(Self.parse([Array("\(lines)250-x\r\n250 x\r\n".utf8)]) == ["tooManyLines"])
    }

    @Test("A reply has at most 65536 bytes, its line ends included")
    func longReply() {
        let line = "250-\(String(repeating: "x", count: 2048 - 6))\r\n"
        let most = String(repeating: line, count: 31)
        let last = "250 \(String(repeating: "x", count: 2048 - 6))\r\n"
        #expect(Self.parse([Array("\(most)\(last)".utf8)]).first?.hasPrefix("250 [") == true)
        #expect(Self.parse([Array("\(most)\(line)250\r\n".utf8)]) == ["replyTooLong"])
        // The next reply begins with nothing.
        #expect(Self.parse([Array("\(most)\(last)\(most)\(last)".utf8)]).count == 2)
    }

    @Test("Each byte is looked at twice at most, in whatever pieces it arrives", arguments: [1, 2, 7, 2048, 70000])
    func linear(size: Int) throws {
        let line = "250-\(String(repeating: "x", count: 1000))\r\n"
        let bytes = Array("\(String(repeating: line, count: 63))250 x\r\n".utf8)
        var parser = ReplyParser()
        var buffer = ByteBuffer()
        var replies = 0
        for start in stride(from: 0, to: bytes.count, by: size) {
            buffer.writeBytes(bytes[start..<min(start + size, bytes.count)])
            while try parser.next(from: &buffer) != nil { replies += 1 }
        }
        #expect(replies == 1)
        #expect(parser.steps <= 2 * bytes.count)
    }

    @Test("Random octets never crash, however they are cut")
    func randomOctets() {
        var random = SeededGenerator(seed: 42)
        let alphabet = Array("2345 -\r\n0x\u{0}".utf8)
        for _ in 0..<5000 {
            let octets = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &random)]
            }
            let cut = Int.random(in: 0...octets.count, using: &random)
            #expect(Self.parse([octets]) == Self.parse([Array(octets[..<cut]), Array(octets[cut...])]))
        }
    }
}
