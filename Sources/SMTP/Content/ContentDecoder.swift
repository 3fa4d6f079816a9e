public import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads the text of a message behind DATA, finds its end, and makes of it what goes to the mail server: lines ended by
/// CRLF, dots stuffed (RFC 5321 §4.5.2), every other octet untouched.
///
/// A client that keeps to the RFC has sent exactly those octets already, so its buffers are handed on as they are,
/// without a copy. Only a stretch that has to change is written anew.
public struct ContentDecoder: Sendable {
    /// Where the next octet stands.
    private enum Position: Hashable {
        /// At the beginning of a line, behind a proper line end or the DATA command itself.
        case lineStart
        /// At the beginning of a line, but behind a bare LF of a CRLF client.
        case afterBareLineFeed
        /// Inside a line of which so many octets were seen.
        case insideLine(Int)
    }

    /// What one call found.
    public enum Progress: Hashable, Sendable {
        /// The message goes on.
        case more
        /// The message is over; what is left of the input are commands.
        case end
        /// Nobody can tell whether the message is over: the connection must not be used any further.
        case ambiguous
    }

    private let discipline: LineDiscipline
    private let lineLimit: Int
    private let sizeLimit: Int
    private var position = Position.lineStart
    /// An LF client has sent a CR.
    private var hasMixedLineEnds = false

    /// The first reason to refuse the message. Once it is set, decoding goes on only to find the end.
    public private(set) var refusal: ContentRefusal?

    /// Octets of the message so far, stuffed dots not counted.
    public private(set) var size = 0

    /// - Parameters:
    ///   - discipline: how this client ends lines.
    ///   - lineLimit: octets in a line with its end; zero for no limit.
    ///   - sizeLimit: octets in the message; zero for no limit.
    public init(discipline: LineDiscipline, lineLimit: Int = 1000, sizeLimit: Int = 0) {
        self.discipline = discipline
        self.lineLimit = lineLimit
        self.sizeLimit = sizeLimit
    }

    /// Takes from `input` all that can be decided, and appends to `output` what goes to the mail server.
    ///
    /// At most two octets are left in `input` unread when the message goes on.
    /// - Parameter output: untouched once ``refusal`` is set, and set to nil with it.
    public mutating func decode(_ input: inout ByteBuffer, output: inout ByteBuffer?) -> Progress {
        var scan = Scan(decoder: self)
        let progress = input.withUnsafeReadableBytes { scan.run($0) }
        self = scan.decoder
        let clean = scan.cleanEnd - scan.cleanStart
        let slice = clean > 0 ? input.getSlice(at: input.readerIndex + scan.cleanStart, length: clean) : nil
        input.moveReaderIndex(forwardBy: scan.next)
        guard refusal == nil else {
            output = nil
            return progress
        }
        if var rewritten = scan.rewritten {
            if let slice { rewritten.writeImmutableBuffer(slice) }
            output = rewritten
        } else {
            output = slice
        }
        return progress
    }

    private mutating func refuse(_ reason: ContentRefusal) {
        refusal = refusal ?? reason
    }
}

extension ContentDecoder {
    /// One pass over the octets of one buffer.
    private struct Scan {
        var decoder: ContentDecoder
        /// The octet to be looked at next.
        var next = 0
        /// The stretch in front of `next` that goes out as it came in.
        var cleanStart = 0
        var cleanEnd = 0
        /// What was written anew in front of that stretch.
        var rewritten: ByteBuffer?
        /// The first NUL of the buffer, which may stand behind the end of the message.
        var nul = Int.max

        mutating func run(_ octets: UnsafeRawBufferPointer) -> Progress {
            guard let base = octets.baseAddress, !octets.isEmpty else { return .more }
            if let found = memchr(base, 0, octets.count) {
                nul = base.distance(to: UnsafeRawPointer(found))
            }
            while next < octets.count {
                switch decoder.position {
                case .lineStart, .afterBareLineFeed:
                    guard octets[next] == UInt8(ascii: ".") else { break }
                    switch dot(octets) {
                    case .goOn: break
                    case .wait: return .more
                    case .end: return .end
                    case .ambiguous: return .ambiguous
                    }
                case .insideLine:
                    break
                }
                guard line(octets, base) else { return .more }
            }
            return .more
        }

        private enum Dot { case goOn, wait, end, ambiguous }

        /// A dot at the beginning of a line: the end of the message, a stuffed dot, or one to be stuffed.
        private mutating func dot(_ octets: UnsafeRawBufferPointer) -> Dot {
            guard next + 1 < octets.count else { return .wait }
            switch (octets[next + 1], decoder.discipline) {
            case (UInt8(ascii: "\n"), .lf):
                // Behind a CR it may be content of somebody's who hoped that this would be taken for the end.
                guard !decoder.hasMixedLineEnds else { return .ambiguous }
                take(2)
                return .end
            case (UInt8(ascii: "\n"), .crlf):
                decoder.refuse(.ambiguousEnd)
                return .ambiguous
            case (UInt8(ascii: "\r"), .crlf):
                guard next + 2 < octets.count else { return .wait }
                guard octets[next + 2] == UInt8(ascii: "\n") else { break }
                guard decoder.position == .lineStart else {
                    decoder.refuse(.ambiguousEnd)
                    return .ambiguous
                }
                take(3)
                return .end
            case (UInt8(ascii: "\r"), .lf):
                // Either CRLF from a client that has used LF alone so far, or a bare CR: both are the attack.
                decoder.refuse(.ambiguousEnd)
                return .ambiguous
            default:
                break
            }
            switch decoder.position {
            case .lineStart where octets[next + 1] == UInt8(ascii: "."):
                // Stuffed already: goes out as it is, and counts as one octet (RFC 5321 §4.5.3.1.6).
                decoder.size -= 1
                decoder.position = .insideLine(-1)
                return .goOn
            case .lineStart:
                // A client that doesn't stuff, and no end: the RFC says that the dot goes.
                rewrite(octets, upTo: next)
                take(1)
                cleanStart = next
                cleanEnd = next
            case .afterBareLineFeed:
                // The client, which knows CRLF only, didn't see a line here; the mail server will.
                rewrite(octets, upTo: next)
                rewritten?.writeInteger(UInt8(ascii: "."))
                cleanStart = next
                cleanEnd = next
            case .insideLine:
                break
            }
            decoder.position = .insideLine(0)
            return .goOn
        }

        /// The rest of a line, or as much of it as is here. False: nothing more can be decided.
        private mutating func line(_ octets: UnsafeRawBufferPointer, _ base: UnsafeRawPointer) -> Bool {
            let rest = octets.count - next
            let lineFeed = memchr(base + next, 0x0A, rest).map { base.distance(to: UnsafeRawPointer($0)) }
            let end = lineFeed ?? octets.count
            let carriageReturn = memchr(base + next, 0x0D, end - next).map { base.distance(to: UnsafeRawPointer($0)) }
            var isBare = true
            var bareCarriageReturn: Int?
            var stop = lineFeed.map { $0 + 1 } ?? octets.count
            if let carriageReturn {
                if carriageReturn == end - 1, decoder.discipline == .crlf {
                    isBare = false
                    if lineFeed == nil {
                        // The LF may be in the next buffer.
                        stop = carriageReturn
                    }
                } else {
                    bareCarriageReturn = carriageReturn
                    decoder.hasMixedLineEnds = decoder.discipline == .lf
                    // Only to find the end: CRLF goes on being a line end.
                    isBare = octets[end - 1] != UInt8(ascii: "\r")
                    if lineFeed == nil, !isBare { stop = octets.count - 1 }
                }
            }
            let added = lineFeed != nil && isBare ? 1 : 0
            count(upTo: stop, added: added, bareCarriageReturn: bareCarriageReturn, endsLine: lineFeed != nil)
            guard lineFeed != nil else {
                next = stop
                cleanEnd = stop
                return stop == octets.count
            }
            if isBare {
                rewrite(octets, upTo: stop - 1)
                rewritten?.writeStaticString("\r\n")
                next = stop
                cleanStart = stop
                decoder.position = decoder.discipline == .lf ? .lineStart : .afterBareLineFeed
            } else {
                next = stop
                decoder.position = .lineStart
            }
            cleanEnd = stop
            return true
        }

        /// Counts what stands up to `stop`, and `added` octets that we write, and refuses what is wrong in there.
        private mutating func count(upTo stop: Int, added: Int, bareCarriageReturn: Int?, endsLine: Bool) {
            var before = 0
            if case .insideLine(let octets) = decoder.position { before = octets }
            let octets = stop - next + added
            // Where there are several reasons, the one that comes first counts, wherever the buffers end.
            var first = Int.max
            func note(_ place: Int, _ reason: ContentRefusal) {
                guard place < first else { return }
                first = place
                decoder.refusal = reason
            }
            if decoder.refusal == nil {
                if nul < stop { note(nul, .nul) }
                if let bareCarriageReturn { note(bareCarriageReturn, .bareCarriageReturn) }
                if decoder.lineLimit > 0, before + octets > decoder.lineLimit {
                    note(min(next + decoder.lineLimit - before, stop - 1), .lineTooLong(limit: decoder.lineLimit))
                }
                if decoder.sizeLimit > 0, decoder.size + octets > decoder.sizeLimit {
                    note(min(next + decoder.sizeLimit - decoder.size, stop - 1), .tooLarge(limit: decoder.sizeLimit))
                }
            }
            decoder.size += octets
            if !endsLine {
                decoder.position = before + octets > 0 ? .insideLine(before + octets) : decoder.position
            }
        }

        /// Moves past octets that don't go out.
        private mutating func take(_ octets: Int) {
            next += octets
        }

        /// Copies the clean stretch, so that something else can follow it.
        private mutating func rewrite(_ octets: UnsafeRawBufferPointer, upTo end: Int) {
            guard decoder.refusal == nil else { return }
            if rewritten == nil {
                // Room for a CR on every line of 32 octets; the buffer grows where lines are shorter.
                rewritten = ByteBufferAllocator().buffer(capacity: octets.count + octets.count / 32 + 64)
            }
            rewritten?.writeBytes(UnsafeRawBufferPointer(rebasing: octets[cleanStart..<end]))
        }
    }
}
