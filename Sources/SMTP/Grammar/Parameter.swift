/// One extension parameter of MAIL or RCPT (RFC 5321 §4.1.2, `esmtp-param`).
public struct Parameter: Hashable, Sendable {
    /// The keyword in upper case.
    public let keyword: String
    /// What follows the equals sign, as written; nil without one.
    public let value: String?

    /// The value as a number of digits alone; nil where it isn't one, or too large for us.
    var number: Int? {
        guard let value, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(value)
    }

    /// Reads `keyword[=value]` words separated by spaces; nil when one of them isn't of that form.
    static func list(from argument: Substring.UTF8View) -> [Parameter]? {
        var parameters: [Parameter] = []
        for word in argument.split(separator: UInt8(ascii: " ")) {
            let parts = word.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard
                let keyword = parts.first, isKeyword(keyword),
                let name = String(keyword)?.uppercased(),
                !parameters.contains(where: { $0.keyword == name })
            else {
                return nil
            }
            guard parts.count == 2 else {
                parameters.append(Parameter(keyword: name, value: nil))
                continue
            }
            guard !parts[1].isEmpty, parts[1].allSatisfy(isValueOctet), let value = String(parts[1]) else {
                return nil
            }
            parameters.append(Parameter(keyword: name, value: value))
        }
        return parameters
    }

    private static func isKeyword(_ word: Substring.UTF8View) -> Bool {
        guard let first = word.first, isLetterOrDigit(first) else { return false }
        return word.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// `esmtp-value`, with the letters that RFC 6531 §3.3 adds.
    private static func isValueOctet(_ octet: UInt8) -> Bool {
        octet > 0x20 && octet != 0x7F && octet != UInt8(ascii: "=")
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default:
            return false
        }
    }
}

extension Parameter: CustomStringConvertible {
    public var description: String { value.map { "\(keyword)=\($0)" } ?? keyword }
}
