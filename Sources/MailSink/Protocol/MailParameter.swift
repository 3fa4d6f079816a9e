/// A parameter of MAIL or RCPT (RFC 5321 §4.1.2): a keyword, in upper case, and perhaps a value.
public struct MailParameter: Sendable, Hashable, CustomStringConvertible {
    /// In upper case.
    public var keyword: String
    /// What follows the equals sign; nil without one.
    public var value: String?

    /// A parameter; the keyword has to be in upper case.
    public init(_ keyword: String, _ value: String? = nil) {
        self.keyword = keyword
        self.value = value
    }

    public var description: String {
        value.map { "\(keyword)=\($0)" } ?? keyword
    }

    /// Parses what follows a path: nothing, or parameters each behind one blank.
    static func list(_ text: Substring) throws(SinkCommand.Refusal) -> [MailParameter] {
        guard !text.isEmpty else { return [] }
        guard text.first == " " else { throw malformed }
        var parameters: [MailParameter] = []
        for word in text.dropFirst().split(separator: " ", omittingEmptySubsequences: false) {
            let parameter = try one(word)
            guard !parameters.contains(where: { $0.keyword == parameter.keyword }) else {
                throw SinkCommand.Refusal(501, "5.5.4", "\(parameter.keyword) is given twice")
            }
            parameters.append(parameter)
        }
        return parameters
    }

    private static let malformed = SinkCommand.Refusal(501, "5.5.4", "Parameters are KEYWORD or KEYWORD=value")

    private static func one(_ word: Substring) throws(SinkCommand.Refusal) -> MailParameter {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let keyword = parts.first, let first = keyword.utf8.first, MailPath.isAlphanumeric(first),
            keyword.utf8.allSatisfy({ MailPath.isAlphanumeric($0) || $0 == UInt8(ascii: "-") })
        else { throw malformed }
        guard parts.count == 2 else { return MailParameter(keyword.uppercased()) }
        guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "=") }) else {
            throw malformed
        }
        return MailParameter(keyword.uppercased(), String(parts[1]))
    }
}
