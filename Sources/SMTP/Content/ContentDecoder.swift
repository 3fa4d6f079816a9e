public import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads the text of a message behind DATA, finds its end, and makes of it what goes to the mail server: lines ended by
/// CRLF, dots stuffed (RFC 5321 §4.5.2), CRs in front of a CRLF dropped, every other octet untouched.
///
/// Lines of any length are streamed: what is kept between two calls is constant.
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
        /// Behind two or more CRs that were taken off the input, in a line of which so many octets went out, or that is
        /// a dot alone so far. The next octet decides: with LF they are dropped, with any other they were bare.
        case behindReturns(Int, isDotLine: Bool)
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
    public init(discipline: LineDiscipline, lineLimit: Int = 0, sizeLimit: Int = 0) {
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

    /// Octets of the current line so far.
    private var length: Int {
        switch position {
        case .lineStart, .afterBareLineFeed: 0
        case .insideLine(let length), .behindReturns(let length, _): length
        }
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
                let step: Step
                switch decoder.position {
                case .lineStart, .afterBareLineFeed:
                    step = octets[next] == UInt8(ascii: ".") ? dot(octets) : .line
                case .behindReturns(let length, let isDotLine):
                    step = behindReturns(octets, length, isDotLine: isDotLine)
                case .insideLine:
                    step = .line
                }
                switch step {
                case .line: break
                case .goOn: continue
                case .wait: return .more
                case .end: return .end
                case .ambiguous: return .ambiguous
                }
                guard line(octets, base) else { return .more }
            }
            return .more
        }

        private enum Step { case line, goOn, wait, end, ambiguous }

        /// A dot at the beginning of a line: the end of the message, a stuffed dot, or one to be stuffed.
        private mutating func dot(_ octets: UnsafeRawBufferPointer) -> Step {
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
                if octets[next + 2] == UInt8(ascii: "\r") {
                    // With these CRs dropped it would be an end that the client may not have meant.
                    next += 1
                    decoder.position = .behindReturns(0, isDotLine: true)
                    return .goOn
                }
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
                return .line
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
            case .insideLine, .behindReturns:
                break
            }
            decoder.position = .insideLine(0)
            return .line
        }

        /// CRs that are dropped in front of LF, and refused in front of anything else.
        private mutating func behindReturns(
            _ octets: UnsafeRawBufferPointer,
            _ length: Int,
            isDotLine: Bool
        ) -> Step {
            while next < octets.count, octets[next] == UInt8(ascii: "\r") { next += 1 }
            guard next < octets.count else { return .wait }
            guard octets[next] == UInt8(ascii: "\n") else {
                decoder.refuse(.bareCarriageReturn)
                decoder.position = .insideLine(length)
                return .goOn
            }
            guard !isDotLine else {
                decoder.refuse(.ambiguousEnd)
                return .ambiguous
            }
            count(2, upTo: next + 2, textEnd: next)
            rewrite(octets, upTo: cleanEnd)
            rewritten?.writeStaticString("\r\n")
            next += 1
            cleanStart = next
            cleanEnd = next
            decoder.position = .lineStart
            return .goOn
        }

        /// The rest of a line, or as much of it as is here. False: nothing more can be decided.
        private mutating func line(_ octets: UnsafeRawBufferPointer, _ base: UnsafeRawPointer) -> Bool {
            let rest = octets.count - next
            let lineFeed = memchr(base + next, 0x0A, rest).map { base.distance(to: UnsafeRawPointer($0)) }
            let end = lineFeed ?? octets.count
            let carriageReturn = memchr(base + next, 0x0D, end - next).map { base.distance(to: UnsafeRawPointer($0)) }
            // Where the CRs begin that end the line, if any do.
            var returns = end
            var bareCarriageReturn: Int?
            if let carriageReturn {
                while returns > carriageReturn, octets[returns - 1] == UInt8(ascii: "\r") { returns -= 1 }
                switch decoder.discipline {
                case .crlf:
                    bareCarriageReturn = carriageReturn < returns ? carriageReturn : nil
                case .lf:
                    bareCarriageReturn = carriageReturn
                    decoder.hasMixedLineEnds = true
                    // Only to find the end: CRLF goes on being a line end.
                    returns = max(returns, end - 1)
                }
            }
            guard lineFeed != nil else {
                // The LF may be in the next buffer.
                count(returns - next, upTo: returns, textEnd: returns, bareCarriageReturn: bareCarriageReturn)
                cleanEnd = returns
                next = returns
                guard end - returns > 1 else { return returns == end }
                next = end
                decoder.position = .behindReturns(decoder.length, isDotLine: false)
                return false
            }
            let isBare = returns == end
            let octetsOut = returns - next + 2
            count(octetsOut, upTo: end + 1, textEnd: returns, bareCarriageReturn: bareCarriageReturn)
            if end - returns != 1 {
                rewrite(octets, upTo: returns)
                rewritten?.writeStaticString("\r\n")
                cleanStart = end + 1
            }
            next = end + 1
            cleanEnd = next
            decoder.position = isBare && decoder.discipline == .crlf ? .afterBareLineFeed : .lineStart
            return true
        }

        /// Counts octets that go out, and refuses what is wrong in front of `textEnd`.
        ///
        /// - Parameter stop: where those octets end in the input.
        private mutating func count(
            _ octets: Int,
            upTo stop: Int,
            textEnd: Int,
            bareCarriageReturn: Int? = nil
        ) {
            let before = decoder.length
            // Where there are several reasons, the one that comes first counts, wherever the buffers end.
            var first = Int.max
            func note(_ place: Int, _ reason: ContentRefusal) {
                guard place < first else { return }
                first = place
                decoder.refusal = reason
            }
            if decoder.refusal == nil {
                if nul < textEnd { note(nul, .nul) }
                if let bareCarriageReturn { note(bareCarriageReturn, .bareCarriageReturn) }
                if decoder.lineLimit > 0, before + octets > decoder.lineLimit {
                    note(min(next + decoder.lineLimit - before, stop - 1), .lineTooLong(limit: decoder.lineLimit))
                }
                if decoder.sizeLimit > 0, decoder.size + octets > decoder.sizeLimit {
                    note(min(next + decoder.sizeLimit - decoder.size, stop - 1), .tooLarge(limit: decoder.sizeLimit))
                }
            }
            decoder.size += octets
            if before + octets > 0 { decoder.position = .insideLine(before + octets) }
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
