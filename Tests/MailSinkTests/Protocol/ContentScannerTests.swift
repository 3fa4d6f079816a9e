import NIOCore
import Testing

@testable import MailSink

@Suite struct ContentScannerTests {
    /// Feeds `wire` in pieces of `size` bytes.
    private func scan(_ wire: String, pieces size: Int) -> (content: String, isEnded: Bool, rest: String) {
        var scanner = ContentScanner()
        var input = ByteBuffer()
        var content = ByteBuffer()
        var isEnded = false
        var bytes = Array(wire.utf8)[...]
        while !bytes.isEmpty {
            input.writeBytes(bytes.prefix(size))
            bytes = bytes.dropFirst(size)
            if !isEnded { isEnded = scanner.scan(&input) { content.writeImmutableBuffer($0) } }
        }
        return (String(buffer: content), isEnded, String(buffer: input))
    }

    @Test(arguments: [
        ("Subject: a\r\n\r\nb\r\n.\r\n", "Subject: a\r\n\r\nb\r\n"),
        (".\r\n", ""),
        ("..\r\n.\r\n", ".\r\n"),
        ("a\r\n..b\r\n...\r\n.c\r\n.\r\n", "a\r\n.b\r\n..\r\nc\r\n"),
        ("a.b..c\r\n.\r\n", "a.b..c\r\n"),
        (".\rx\r\n.\r\n", "\rx\r\n"),
        ("a\r\n.\r.\r\n.\r\n", "a\r\n\r.\r\n"),
    ])
    func unstuffsAndEnds(wire: String, content: String) {
        for size in 1...wire.utf8.count {
            let result = scan(wire + "QUIT\r\n", pieces: size)
            #expect(result.content == content)
            #expect(result.isEnded)
            #expect(result.rest == "QUIT\r\n")
        }
    }

    /// The ways in which lenient servers were smuggled into (CVE-2023-51764 and its kin): all are content.
    @Test(arguments: [
        "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r\n.\r\r\n", "\r\n\0.\r\n",
    ])
    func onlyCRLFDotCRLFEnds(end: String) {
        for size in 1...8 {
            #expect(!scan("text" + end + "MAIL FROM:<x@y>\r\n", pieces: size).isEnded, "\(end.debugDescription)")
        }
    }
}
