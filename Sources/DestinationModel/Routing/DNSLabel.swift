/// The rules for DNS labels, as Kubernetes applies them to names.
public enum DNSLabel {
    /// The most octets that a DNS label may have (RFC 1035 §2.3.4).
    public static let maximumLength = 63

    /// Whether `text` may name a Service: lower-case letters, digits and `-`, a letter first, no `-` last (RFC 1035
    /// §2.3.1 in lower case, which is what the API server accepts).
    public static func isRFC1035(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLowerCaseLetter(first) else { return false }
        return isRFC1123(text)
    }

    /// Whether `text` is a lower-case DNS label that may begin with a digit (RFC 1123 §2.1), as the part of a name
    /// behind a `-` may.
    public static func isRFC1123(_ text: String) -> Bool {
        let octets = text.utf8
        guard let first = octets.first, octets.count <= maximumLength else { return false }
        return first != hyphen && octets.last != hyphen && octets.allSatisfy(isAllowed)
    }

    /// Whether an octet may stand inside a lower-case label.
    static func isAllowed(_ octet: UInt8) -> Bool {
        isLowerCaseLetter(octet) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) || octet == hyphen
    }

    private static func isLowerCaseLetter(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet)
    }

    private static let hyphen = UInt8(ascii: "-")
}
