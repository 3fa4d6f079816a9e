import ObjectModel

/// An address that a test mail comes from or goes to.
///
/// It stands in commands and in headers, so that nothing that means something there is allowed: no quotes, brackets,
/// spaces or control characters.
struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    /// RFC 5321 §4.5.3.1.3: 256 octets with the brackets.
    private static let longest = 254
    /// RFC 5322 §3.2.3, letters and digits aside.
    private static let marks = Set("!#$%&'*+-/=?^_`{|}~.".unicodeScalars)

    /// Why a text is none.
    struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        let description: String
    }

    let local: String
    let domain: String

    /// Reads an address.
    init(_ text: String) throws(Fault) {
        let shown = Quoted(text)
        guard let at = text.lastIndex(of: "@") else {
            throw Fault(description: "\(shown) is no mail address: there is no @ in it")
        }
        guard text.utf8.count <= Self.longest else {
            throw Fault(description: "a mail address has at most \(Self.longest) octets")
        }
        local = String(text[..<at])
        domain = String(text[text.index(after: at)...])
        if let wrong = local.unicodeScalars.first(where: { !Self.isAllowed($0, besides: Self.marks) }) {
            throw Fault(description: "\(shown) is no mail address: \(Self.name(wrong)) can't stand before the @")
        }
        if let wrong = domain.unicodeScalars.first(where: { !Self.isAllowed($0, besides: ["-", "."]) }) {
            throw Fault(description: "\(shown) is no mail address: \(Self.name(wrong)) can't stand behind the @")
        }
        for part in [local, domain] {
            let pieces = part.split(separator: ".", omittingEmptySubsequences: false)
            guard pieces.allSatisfy({ !$0.isEmpty }) else {
                throw Fault(description: "\(shown) is no mail address: something is missing beside a dot or the @")
            }
        }
    }

    var description: String { "\(local)@\(domain)" }

    /// Whether it has letters outside ASCII, which not every mail server takes.
    var isInternationalized: Bool { !description.utf8.allSatisfy { $0 < 0x80 } }

    private static func isAllowed(_ scalar: Unicode.Scalar, besides marks: Set<Unicode.Scalar>) -> Bool {
        if scalar.isASCII {
            return marks.contains(scalar) || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
                || ("A"..."Z").contains(scalar)
        }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            true
        default: false
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case " ": "a space"
        case "!"..."~": "\"\(scalar)\""
        default: "the character U+" + String(scalar.value, radix: 16, uppercase: true)
        }
    }
}
