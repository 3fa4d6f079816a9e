import NIOCore
import Testing

@testable import SMTP

@Suite("Replies")
struct ReplyTests {
    @Test(
        "What the first digit says",
        arguments: [(220, "2"), (299, "2"), (334, "3"), (354, "3"), (421, "4"), (499, "4"), (500, "5"), (599, "5")]
    )
    func classes(code: Int, digit: String) {
        let reply = Reply(code, "x")
        let classes = [
            reply.isPositive ? "2" : "", reply.isIntermediate ? "3" : "", reply.isTransient ? "4" : "",
            reply.isPermanent ? "5" : "",
        ]
        #expect(classes.joined() == digit)
    }

    @Test("Wire form")
    func wire() {
        var buffer = ByteBuffer()
        buffer.writeReply(Reply(code: 250, lines: [Array("one".utf8), [], Array("three".utf8)]))
        buffer.writeReply(Reply(code: 421, lines: []))
        #expect(buffer.text == "250-one\r\n250-\r\n250 three\r\n421 \r\n")
    }

    @Test("Text for people has no control characters")
    func text() {
        let reply = Reply(code: 550, lines: [Array("a\u{1B}[2Jb".utf8), [0x63, 0xFF, 0x0D]])
        #expect(reply.text == "a\u{FFFD}[2Jb c\u{FFFD}\u{FFFD}")
    }

    @Test("Text for people is cut at 512 bytes, between characters")
    func longText() {
        let line = Array(String(repeating: "x", count: 300).utf8)
        #expect(Reply(code: 550, lines: [line, line]).text.utf8.count == 512)
        #expect(Reply(code: 550, lines: Array(repeating: line, count: 60)).text.hasSuffix("xx..."))
        // What control characters are shown as is longer than they are.
        for byte in [UInt8(0x1B), 0xFF] {
            let shown = Reply(code: 550, lines: [Array(repeating: byte, count: 512)]).text
            #expect(shown.utf8.count <= 512 && shown.hasSuffix("\u{FFFD}..."))
        }
        for shift in 0..<4 {
            let text = String(repeating: "x", count: shift) + String(repeating: "\u{1F4E7}", count: 200)
            let shown = Reply(550, text).text
            #expect(shown.utf8.count <= 512 && !shown.contains("\u{FFFD}") && shown.hasSuffix("\u{1F4E7}..."))
        }
    }

    @Test(
        "Another code takes the enhanced status code along, and nothing else",
        arguments: [
            (421, "4.3.2 going down", 451, "4.3.2 going down"),
            (250, "2.1.0 fine", 451, "4.1.0 fine"),
            (550, "5.7.1 no", 451, "4.7.1 no"),
            (421, "going down", 451, "going down"),
            (521, "I. am closing", 451, "I. am closing"),
            (521, "5. no status code", 451, "5. no status code"),
            (521, ".", 451, "."),
            (521, "", 451, ""),
        ]
    )
    func replacingCode(code: Int, text: String, other: Int, expected: String) {
        #expect(Reply(code, text).replacingCode(with: other) == Reply(other, expected))
    }
}
