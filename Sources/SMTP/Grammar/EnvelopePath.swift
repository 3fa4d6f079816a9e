/// A reverse-path or forward-path of the envelope (RFC 5321 §4.1.2), without its angle brackets.
///
/// What is in here is safe to put between `<` and `>` on a command line: no control characters, no stray brackets.
public struct EnvelopePath: Hashable, Sendable {
    /// The mailbox as the client wrote it; empty for the null reverse-path `<>`.
    public let mailbox: String

    /// Whether this is the null reverse-path of notifications.
    public var isNull: Bool { mailbox.isEmpty }

    /// Whether the mailbox needs SMTPUTF8 (RFC 6531).
    public var isInternationalized: Bool { !mailbox.utf8.allSatisfy { $0 < 0x80 } }

    /// RFC 5321 §4.5.3.1.3: 256 octets with the punctuation.
    static let longest = 254

    /// Takes a path off the front of a MAIL or RCPT argument and leaves what follows it.
    ///
    /// Accepted beyond the grammar: no angle brackets (`MAIL FROM:a@b`, as the documented session types it), and
    /// spaces in front. A source route is dropped, as §4.1.1.3 asks for.
    ///
    /// - Returns: nil when there is no path to be read.
    static func take(from argument: inout Substring.UTF8View) -> EnvelopePath? {
        argument = argument.drop { $0 == UInt8(ascii: " ") }
        let isBracketed = argument.first == UInt8(ascii: "<")
        if isBracketed {
            argument = argument.dropFirst()
        }
        guard var path = takePath(from: &argument, isBracketed: isBracketed) else {
            return nil
        }
        if path.first == UInt8(ascii: "@") {
            guard isBracketed, let colon = path.firstIndex(of: UInt8(ascii: ":")) else {
                return nil
            }
            let route = path[..<colon]
            path = path[path.index(after: colon)...]
            // Domains have no quotes, so the colon wasn't a quoted one and what follows is whole.
            guard !path.isEmpty, !route.contains(UInt8(ascii: "\"")) else { return nil }
        }
        guard path.count <= longest, isBracketed || !path.isEmpty, isMailbox(path), let text = String(path) else {
            return nil
        }
        return EnvelopePath(mailbox: text)
    }

    /// Up to the closing bracket, or to the first space without brackets; a quoted local part may hold either.
    private static func takePath(
        from argument: inout Substring.UTF8View,
        isBracketed: Bool
    ) -> Substring.UTF8View? {
        var isQuoted = false
        var isEscaped = false
        var index = argument.startIndex
        while index < argument.endIndex {
            let octet = argument[index]
            guard octet >= 0x20, octet != 0x7F else { return nil }
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                isEscaped = octet == UInt8(ascii: "\\")
                isQuoted = octet != UInt8(ascii: "\"")
            } else {
                switch octet {
                case UInt8(ascii: "\""):
                    isQuoted = true
                case UInt8(ascii: ">") where isBracketed:
                    defer { argument = argument[argument.index(after: index)...] }
                    return argument[..<index]
                case UInt8(ascii: " ") where !isBracketed:
                    defer { argument = argument[index...] }
                    return argument[..<index]
                case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: " "), UInt8(ascii: "\\"):
                    // RFC 821 had a backslash outside of quotes too; a server that still has would look for another `>`.
                    return nil
                default:
                    break
                }
            }
            index = argument.index(after: index)
        }
        guard !isBracketed, !isQuoted else { return nil }
        defer { argument = argument[argument.endIndex...] }
        return argument
    }

    /// Empty, a local part alone (`postmaster`), or a local part and a domain that isn't empty.
    private static func isMailbox(_ path: Substring.UTF8View) -> Bool {
        if path.isEmpty { return true }
        guard let at = path.lastIndex(of: UInt8(ascii: "@")) else { return true }
        return at != path.startIndex && path.index(after: at) != path.endIndex
    }
}
