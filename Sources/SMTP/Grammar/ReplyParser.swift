public import NIOCore

/// Reads replies from a mail server's byte stream (RFC 5321 §4.2).
///
/// The server is not trusted: lines, their number, the size of a reply and its code are bounded and checked. The work
/// is linear in the bytes, in whatever pieces they arrive.
public struct ReplyParser: Sendable {
    /// What a server sent that is no reply.
    public enum Malformation: String, Error, Sendable {
        case lineTooLong = "a reply line is longer than 2048 bytes"
        case tooManyLines = "a reply has more than 64 lines"
        case replyTooLong = "a reply is longer than 65536 bytes"
        case notAReply = "a line doesn't start with a reply code"
        case codesDiffer = "the lines of one reply have different codes"
    }

    /// RFC 5321 §4.5.3.1.5 allows 512 bytes; servers that list long capabilities or URLs send more.
    static let maxLineLength = 2048
    static let maxLines = 64
    /// Bytes of a reply, line ends included.
    static let maxLength = 64 << 10

    private var code: Int?
    private var lines: [[UInt8]] = []
    private var length = 0
    /// Bytes at the front of the buffer that are known to hold no line end.
    private var searched = 0

    /// Bytes looked at so far, each as often as it was.
    package private(set) var steps = 0

    /// At the beginning of a reply.
    public init() {}

    /// Whether a reply has begun that isn't complete.
    public var isInsideReply: Bool { code != nil }

    /// Takes the next whole reply off the front of `buffer`; nil when more bytes are needed.
    ///
    /// Between two calls, bytes may only be appended to the buffer.
    public mutating func next(from buffer: inout ByteBuffer) throws(Malformation) -> Reply? {
        while let line = try takeLine(from: &buffer) {
            let (code, isLast, text) = try split(line)
            if let expected = self.code, expected != code {
                throw .codesDiffer
            }
            guard lines.count < Self.maxLines else {
                throw .tooManyLines
            }
            lines.append(text)
            guard isLast else {
                self.code = code
                continue
            }
            defer {
                self.code = nil
                lines = []
                length = 0
            }
            return Reply(code: code, lines: lines)
        }
        return nil
    }

    private mutating func takeLine(from buffer: inout ByteBuffer) throws(Malformation) -> ArraySlice<UInt8>? {
        let view = buffer.readableBytesView.prefix(Self.maxLineLength)
        let rest = view.dropFirst(searched)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            steps += rest.count
            searched = view.count
            guard view.count < Self.maxLineLength else { throw .lineTooLong }
            return nil
        }
        steps += end - rest.startIndex + 1
        searched = 0
        let line = buffer.readBytes(length: end - view.startIndex + 1) ?? []
        length += line.count
        guard length <= Self.maxLength else { throw .replyTooLong }
        // A bare LF is a line end here: a server can harm only its own reply with it.
        let hasCarriageReturn = line.count >= 2 && line[line.count - 2] == UInt8(ascii: "\r")
        return line.dropLast(hasCarriageReturn ? 2 : 1)
    }

    private mutating func split(
        _ line: ArraySlice<UInt8>
    ) throws(Malformation) -> (code: Int, isLast: Bool, text: [UInt8]) {
        let digits = line.prefix(3).map { Int($0) - 0x30 }
        guard digits.count == 3, (2...5).contains(digits[0]), digits[1...].allSatisfy({ (0...9).contains($0) }) else {
            throw .notAReply
        }
        let code = digits[0] * 100 + digits[1] * 10 + digits[2]
        let rest = line.dropFirst(3)
        steps += line.count
        switch rest.first {
        case nil:
            return (code, true, [])
        case UInt8(ascii: " "):
            return (code, true, Self.text(rest.dropFirst()))
        case UInt8(ascii: "-"):
            return (code, false, Self.text(rest.dropFirst()))
        default:
            throw .notAReply
        }
    }

    /// The text goes on to applications. A CR or NUL in it, which RFC 5321 §4.2 forbids, might look like a line end to
    /// one of them, and the rest like a reply of its own.
    private static func text(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.map { $0 == 0x0D || $0 == 0 ? UInt8(ascii: " ") : $0 }
    }
}
