/// A reverse-path or forward-path in angle brackets (RFC 5321 §4.1.2; RFC 6531 §3.3 for what isn't ASCII).
struct MailPath: Hashable {
    /// The mailbox without brackets and source route; empty for the null path `<>`.
    var address: String

    /// Whether only SMTPUTF8 can carry it.
    var needsUTF8: Bool {
        address.utf8.contains { $0 >= 0x80 }
    }

    /// Reads a path at the start of `text` and removes it from there.
    ///
    /// - Returns: nil if there is none that conforms; `text` is then of no more use.
    init?(consuming text: inout Substring.UTF8View) {
        guard text.popFirst() == UInt8(ascii: "<") else { return nil }
        if text.first == UInt8(ascii: "@") {
            // A-d-l: accepted and ignored, as §4.1.1.3 and appendix C say.
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            guard
                text[..<colon].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).allSatisfy({
                    $0.first == UInt8(ascii: "@") && Self.isDomain($0.dropFirst())
                })
            else { return nil }
            text = text[text.index(after: colon)...]
        }
        guard let (mailbox, rest) = Self.splitAtBracket(text) else { return nil }
        text = rest
        // §4.5.3.1.3: 256 octets with the brackets.
        guard mailbox.count <= 254, Self.isMailbox(mailbox) else { return nil }
        address = String(Substring(mailbox))
    }

    /// Finds the closing bracket, which isn't one inside a quoted string.
    private static func splitAtBracket(
        _ text: Substring.UTF8View
    ) -> (mailbox: Substring.UTF8View, rest: Substring.UTF8View)? {
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let byte = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, byte == UInt8(ascii: ">") {
                return (text[..<index], text[text.index(after: index)...])
            }
        }
        return nil
    }

    private static func isMailbox(_ text: Substring.UTF8View) -> Bool {
        if text.isEmpty { return true }
        guard let at = text.lastIndex(of: UInt8(ascii: "@")) else {
            // §4.1.1.3: the one address that needs no domain.
            return Substring(text).lowercased() == "postmaster"
        }
        return isLocalPart(text[..<at]) && isDomain(text[text.index(after: at)...])
    }

    private static func isLocalPart(_ text: Substring.UTF8View) -> Bool {
        guard (1...64).contains(text.count) else { return false }
        if text.first == UInt8(ascii: "\"") { return isQuotedString(text) }
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0.allSatisfy(isAtomByte)
        }
    }

    private static func isQuotedString(_ text: Substring.UTF8View) -> Bool {
        guard text.count >= 2, text.last == UInt8(ascii: "\"") else { return false }
        var isEscaped = false
        for byte in text.dropFirst().dropLast() {
            guard byte >= 0x20, byte != 0x7F else { return false }
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                return false
            }
        }
        return !isEscaped
    }

    /// Whether it is a domain or an address literal, as EHLO takes it too.
    static func isDomain(_ text: Substring.UTF8View) -> Bool {
        guard (1...255).contains(text.count) else { return false }
        if text.first == UInt8(ascii: "[") {
            return text.count > 2 && text.last == UInt8(ascii: "]")
                && text.dropFirst().dropLast().allSatisfy { (0x21...0x5A).contains($0) || (0x5E...0x7E).contains($0) }
        }
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 >= 0x80 }
        }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// RFC 5322 §3.2.3's atext, and RFC 6531's UTF8-non-ascii.
    private static func isAtomByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte >= 0x80 || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }
}
