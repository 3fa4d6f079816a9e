public import NIOCore
import Text

/// An SMTP reply (RFC 5321 §4.2): a code and one or more lines of text.
///
/// The text is kept as the octets that were on the wire, so that an upstream's reply can be passed on word for word,
/// whatever its character set.
public struct Reply: Hashable, Sendable {
    /// The three digits, 200 to 599.
    public var code: Int
    /// The text of each line, without the code and without the line end. Never empty.
    public var lines: [[UInt8]]

    /// A reply with the octets of its lines.
    public init(code: Int, lines: [[UInt8]]) {
        self.code = code
        self.lines = lines.isEmpty ? [[]] : lines
    }

    /// A reply of ours: one line of text, by convention with its enhanced status code (RFC 3463) in front.
    public init(_ code: Int, _ text: String) {
        self.init(code: code, lines: [Array(text.utf8)])
    }

    /// 2yz: done.
    public var isPositive: Bool { (200..<300).contains(code) }
    /// 3yz: go on.
    public var isIntermediate: Bool { (300..<400).contains(code) }
    /// 4yz: not now.
    public var isTransient: Bool { (400..<500).contains(code) }
    /// 5yz: not ever.
    public var isPermanent: Bool { code >= 500 }

    /// All lines as one text, for logs and people: cut at 512 bytes, and replaced is what isn't UTF-8 and what a terminal
    /// obeys rather than shows.
    public var text: String {
        var bytes: [UInt8] = []
        for line in lines where bytes.count <= Self.maxTextLength {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
            bytes += line.prefix(Self.maxTextLength + 1)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        // Nearly all replies are plain, and each is logged.
        if bytes.count <= Self.maxTextLength, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        return TextCutter.cut(text.unicodeScalars, limit: Self.maxTextLength, ellipsis: "...") {
            TextCutter.isObeyed($0) ? "\u{FFFD}" : $0
        }
    }

    private static let maxTextLength = 512

    /// The same reply with another code, and with an enhanced status code of the same class.
    func replacingCode(with code: Int) -> Reply {
        var copy = self
        copy.code = code
        let digit = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: code / 100)
        let classes = Array("245".utf8)
        for index in copy.lines.indices {
            // An enhanced status code starts with the class, a dot and a digit; its class must agree with the reply's.
            let start = Array(copy.lines[index].prefix(3))
            if start.count == 3, classes.contains(start[0]), start[1] == UInt8(ascii: "."),
                (0x30...0x39).contains(start[2])
            {
                copy.lines[index][0] = digit
            }
        }
        return copy
    }
}

extension ByteBuffer {
    /// Appends the reply in its wire form, every line ended by CRLF.
    public mutating func writeReply(_ reply: Reply) {
        for (index, line) in reply.lines.enumerated() {
            writeString(String(reply.code))
            writeInteger(UInt8(ascii: index == reply.lines.count - 1 ? " " : "-"))
            writeBytes(line)
            writeStaticString("\r\n")
        }
    }
}
