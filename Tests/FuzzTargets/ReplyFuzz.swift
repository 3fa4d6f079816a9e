import NIOCore
import SMTP

/// The parser of replies: what it makes of octets doesn't depend on how they come.
enum ReplyFuzz {
    static func run(_ octets: [UInt8]) throws(FuzzFailure) {
        let whole = try parse([octets])
        for pieces in Split.all(octets) where try parse(pieces) != whole {
            throw FuzzFailure("in pieces it is another reply")
        }
        for case let reply? in whole {
            guard (100...999).contains(reply.code) else { throw FuzzFailure("the code \(reply.code)") }
            // Whoever passes it on passes on one reply.
            if reply.lines.contains(where: { $0.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 } }) {
                throw FuzzFailure("a line's end in a line")
            }
        }
    }

    /// The replies; nil at the end where there can't be more.
    private static func parse(_ pieces: [[UInt8]]) throws(FuzzFailure) -> [Reply?] {
        var parser = ReplyParser()
        var buffer = ByteBuffer()
        var replies: [Reply?] = []
        for piece in pieces {
            buffer.writeBytes(piece)
            do throws(ReplyParser.Malformation) {
                while let reply = try parser.next(from: &buffer) { replies.append(reply) }
            } catch {
                replies.append(nil)
                break
            }
        }
        let count = pieces.reduce(0) { $0 + $1.count }
        if parser.steps > 2 * count { throw FuzzFailure("\(parser.steps) steps for \(count) bytes") }
        return replies
    }
}
