public import NIOCore

/// Reads replies from a mail server's byte stream (RFC 5321 §4.2).
///
/// The server is not trusted: lines, their number and the code are bounded and checked.
public struct ReplyParser: Sendable {
    /// What a server sent that is no reply.
    public enum Malformation: String, Error, Sendable {
        case lineTooLong = "a reply line is longer than 2048 octets"
        case tooManyLines = "a reply has more than 256 lines"
        case notAReply = "a line doesn't start with a reply code"
        case codesDiffer = "the lines of one reply have different codes"
    }

    /// RFC 5321 §4.5.3.1.5 allows 512 octets; servers that list long capabilities or URLs send more.
    static let longestLine = 2048
    static let mostLines = 256

    private var code: Int?
    private var lines: [[UInt8]] = []

    /// At the beginning of a reply.
    public init() {}

    /// Whether a reply has begun that isn't complete.
    public var isInsideReply: Bool { code != nil }

    /// Takes the next whole reply off the front of `buffer`; nil when more octets are needed.
    public mutating func next(from buffer: inout ByteBuffer) throws(Malformation) -> Reply? {
        while let line = try takeLine(from: &buffer) {
            let (code, isLast, text) = try Self.split(line)
            if let expected = self.code, expected != code {
                throw .codesDiffer
            }
            guard lines.count < Self.mostLines else {
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
            }
            return Reply(code: code, lines: lines)
        }
        return nil
    }

    private func takeLine(from buffer: inout ByteBuffer) throws(Malformation) -> ArraySlice<UInt8>? {
        let view = buffer.readableBytesView
        guard let end = view.prefix(Self.longestLine).firstIndex(of: UInt8(ascii: "\n")) else {
            if view.count >= Self.longestLine {
                throw .lineTooLong
            }
            return nil
        }
        let line = buffer.readBytes(length: end - view.startIndex + 1) ?? []
        // A bare LF is a line end here: a server can harm only its own reply with it.
        let hasCarriageReturn = line.count >= 2 && line[line.count - 2] == UInt8(ascii: "\r")
        return line.dropLast(hasCarriageReturn ? 2 : 1)
    }

    private static func split(
        _ line: ArraySlice<UInt8>
    ) throws(Malformation) -> (code: Int, isLast: Bool, text: [UInt8]) {
        let digits = line.prefix(3).map { Int($0) - 0x30 }
        guard digits.count == 3, (2...5).contains(digits[0]), digits[1...].allSatisfy({ (0...9).contains($0) }) else {
            throw .notAReply
        }
        let code = digits[0] * 100 + digits[1] * 10 + digits[2]
        let rest = line.dropFirst(3)
        switch rest.first {
        case nil:
            return (code, true, [])
        case UInt8(ascii: " "):
            return (code, true, text(rest.dropFirst()))
        case UInt8(ascii: "-"):
            return (code, false, text(rest.dropFirst()))
        default:
            throw .notAReply
        }
    }

    /// The text goes on to applications. A CR or NUL in it, which RFC 5321 §4.2 forbids, might look like a line end to
    /// one of them, and the rest like a reply of its own.
    private static func text(_ octets: ArraySlice<UInt8>) -> [UInt8] {
        octets.map { $0 == 0x0D || $0 == 0 ? UInt8(ascii: " ") : $0 }
    }
}
