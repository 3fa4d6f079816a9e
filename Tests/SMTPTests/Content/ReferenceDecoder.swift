@testable import SMTP

/// What ``ContentDecoder`` has to do, said as plainly as can be: lines first, octet by octet, over the whole message.
struct ReferenceDecoder {
    enum End: Equatable { case more, end, ambiguous }

    var discipline: LineDiscipline
    var lineLimit = 0
    var sizeLimit = 0

    /// What goes to the mail server.
    private(set) var output: [UInt8] = []
    private(set) var refusal: ContentRefusal?
    private(set) var end = End.more
    /// Octets of the message up to its end.
    private(set) var size = 0
    /// Octets read of the input.
    private(set) var read = 0

    init(_ input: [UInt8], discipline: LineDiscipline, lineLimit: Int = 0, sizeLimit: Int = 0) {
        self.discipline = discipline
        self.lineLimit = lineLimit
        self.sizeLimit = sizeLimit
        run(input)
    }

    private mutating func run(_ input: [UInt8]) {
        func at(_ index: Int) -> UInt8? { index < input.count ? input[index] : nil }
        func behindReturns(_ index: Int) -> Int { index + input[index...].prefix { $0 == UInt8(ascii: "\r") }.count }
        let (cr, lf, dot) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "."))
        var index = 0
        var isLineStart = true
        var isBehindBareLineFeed = false
        var hasMixedLineEnds = false
        var length = 0
        while let octet = at(index) {
            read = index
            if isLineStart, octet == dot {
                guard let second = at(index + 1) else { return }
                if second == lf {
                    if discipline == .lf, hasMixedLineEnds {
                        end = .ambiguous
                    } else if discipline == .lf {
                        read = index + 2
                        end = .end
                    } else {
                        refuse(.ambiguousEnd)
                        end = .ambiguous
                    }
                    return
                }
                if second == cr {
                    if discipline == .lf {
                        refuse(.ambiguousEnd)
                        end = .ambiguous
                        return
                    }
                    guard let third = at(index + 2) else { return }
                    if third == cr {
                        let next = behindReturns(index + 1)
                        read = next
                        guard let octet = at(next) else { return }
                        if octet == lf {
                            refuse(.ambiguousEnd)
                            end = .ambiguous
                            return
                        }
                        refuse(.bareCarriageReturn)
                        isLineStart = false
                        index = next
                        continue
                    }
                    if third == lf {
                        if isBehindBareLineFeed {
                            refuse(.ambiguousEnd)
                            end = .ambiguous
                        } else {
                            read = index + 3
                            end = .end
                        }
                        return
                    }
                }
                isLineStart = false
                if isBehindBareLineFeed {
                    // The client didn't begin a line here, so it didn't stuff either.
                    output.append(dot)
                    emit([octet], &length)
                } else if second == dot {
                    // One of the two goes out uncounted.
                    output.append(dot)
                    emit([second], &length)
                    index += 1
                }
                index += 1
                continue
            }
            isLineStart = false
            switch octet {
            case 0:
                refuse(.nul)
                emit([octet], &length)
            case cr:
                if discipline == .lf {
                    refuse(.bareCarriageReturn)
                    hasMixedLineEnds = true
                    guard let next = at(index + 1) else { return }
                    emit([octet], &length)
                    guard next == lf else { break }
                    emit([lf], &length)
                    index += 1
                    length = 0
                    isLineStart = true
                    break
                }
                let next = behindReturns(index)
                switch at(next) {
                case nil:
                    // One CR alone is left; of several it's known that they don't go out as they are.
                    if next > index + 1 { read = next }
                    return
                case lf:
                    emit([cr], &length)
                    emit([lf], &length)
                    length = 0
                    isLineStart = true
                    isBehindBareLineFeed = false
                    index = next
                default:
                    refuse(.bareCarriageReturn)
                    index = next - 1
                }
            case lf:
                emit([cr, lf], &length)
                length = 0
                isLineStart = true
                isBehindBareLineFeed = discipline == .crlf
            default:
                emit([octet], &length)
            }
            index += 1
        }
        read = index
    }

    private mutating func emit(_ octets: [UInt8], _ length: inout Int) {
        output += octets
        size += octets.count
        length += octets.count
        if lineLimit > 0, length > lineLimit { refuse(.lineTooLong(limit: lineLimit)) }
        if sizeLimit > 0, size > sizeLimit { refuse(.tooLarge(limit: sizeLimit)) }
    }

    private mutating func refuse(_ reason: ContentRefusal) {
        refusal = refusal ?? reason
    }
}
