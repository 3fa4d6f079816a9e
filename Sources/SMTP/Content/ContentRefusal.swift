/// Why the text of a message can't be passed on. Nothing of such a message is delivered.
public enum ContentRefusal: Hashable, Sendable {
    /// A CR that no LF follows but for other CRs (RFC 5321 §2.3.8 forbids it).
    case bareCarriageReturn
    /// A NUL octet (RFC 5321 §4.5.2).
    case nul
    /// A line over the limit (RFC 5321 §4.5.3.1.6).
    case lineTooLong(limit: Int)
    /// A dot on a line of its own next to a bare LF, or in front of CR CR LF: the mark of SMTP smuggling.
    case ambiguousEnd
    /// More octets than the limit (RFC 1870 §6.3).
    case tooLarge(limit: Int)

    /// The limit that it's about, if it's about one.
    var limit: ServerLimit? {
        switch self {
        case .bareCarriageReturn, .nul, .ambiguousEnd: nil
        case .lineTooLong: .textLine
        case .tooLarge: .messageSize
        }
    }

    /// What the client is told.
    public var reply: Reply {
        switch self {
        case .bareCarriageReturn:
            Reply(550, "5.6.0 message refused: it has a carriage return without a line feed")
        case .nul:
            Reply(550, "5.6.0 message refused: it has a NUL octet")
        case .lineTooLong(let limit):
            Reply(550, "5.6.0 message refused: it has a line of more than \(limit) octets")
        case .ambiguousEnd:
            Reply(
                550,
                "5.6.0 message refused: a dot on a line of its own beside a line end other than CR LF"
            )
        case .tooLarge(let limit):
            Reply(552, "5.3.4 message refused: it is larger than \(limit) octets")
        }
    }
}
