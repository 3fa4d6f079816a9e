import ObjectModel
internal import YAML

/// Reads the flat map of a destination key by key and collects what is wrong, so that all of it is told at once.
struct PropertyReader {
    private let properties: [String: ObjectValue]
    private let positions: SourceMap
    /// Whether access tokens come with the destination.
    let hasProvidedTokens: Bool
    private(set) var problems: [MailDestinationError.Problem] = []

    init(_ properties: [String: ObjectValue], positions: SourceMap, hasProvidedTokens: Bool = false) {
        self.properties = properties
        self.hasProvidedTokens = hasProvidedTokens
        self.positions = positions
    }

    var keys: some Collection<String> { properties.keys }

    mutating func report(_ code: MailDestinationError.Problem.Code, _ key: String, _ message: String) {
        let path = FieldPath(key)
        problems.append(
            .init(code: code, key: key, message: message, position: positions.value(at: path))
        )
    }

    /// The value as a text, for numbers and booleans too; `nil` where it is absent, empty or unusable.
    mutating func text(_ key: String) -> String? {
        guard let text = raw(key) else { return nil }
        if Placeholder.matches(text) {
            report(.placeholder, key, "the placeholder \(Quoted(text)) was left in; put the real value there")
            return nil
        }
        return text
    }

    /// ``text(_:)`` of a name that a login uses.
    mutating func user(_ key: String) -> String? {
        text(key).flatMap { isWithinLimit($0, key) ? $0 : nil }
    }

    /// ``secret(_:)`` that a login uses.
    mutating func password(_ key: String) -> Secret? {
        secret(key).flatMap { isWithinLimit($0.reveal(), key) ? $0 : nil }
    }

    /// The message doesn't show the value.
    private mutating func isWithinLimit(_ text: String, _ key: String) -> Bool {
        guard text.utf8.count > MailDestination.maxCredentialLength else { return true }
        report(.invalidValue, key, "must have at most \(MailDestination.maxCredentialLength) bytes")
        return false
    }

    /// ``text(_:)`` without the space around it, for keys whose values have a syntax of their own.
    mutating func word(_ key: String) -> String? {
        guard let text = text(key) else { return nil }
        let word = text.trimmingSpaces
        return word.isEmpty ? nil : word
    }

    /// A value that messages must not show.
    mutating func secret(_ key: String) -> Secret? {
        guard let text = raw(key) else { return nil }
        // A password may well begin with "<"; only what plainly names itself a placeholder is taken for one.
        let name = text.lowercased()
        if Placeholder.matches(text), name.contains("password") || name.contains("secret") {
            report(.placeholder, key, "a placeholder was left in; put the real value there")
            return nil
        }
        return Secret(text)
    }

    /// What `read` returns; a key that is absent or empty is a problem.
    mutating func required<Value>(
        _ key: String,
        _ reason: String,
        _ read: (inout PropertyReader, String) -> Value?
    ) -> Value? {
        let before = problems.count
        let value = read(&self, key)
        if value == nil, problems.count == before {
            report(.missing, key, "is missing\(reason)")
        }
        return value
    }

    mutating func flag(_ key: String) -> Bool? {
        guard let word = word(key) else { return nil }
        switch word.lowercased() {
        case "true": return true
        case "false": return false
        default:
            report(.invalidValue, key, "\(Quoted(word)) is neither true nor false")
            return nil
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let word = word(key) else { return nil }
        guard let number = Int(word), range.contains(number) else {
            report(
                .invalidValue,
                key,
                "\(Quoted(word)) is no whole number between \(range.lowerBound) and \(range.upperBound)"
            )
            return nil
        }
        return number
    }

    private mutating func raw(_ key: String) -> String? {
        let text: String
        switch properties[key] {
        case nil, .null: return nil
        case .string(let string): text = string
        case .bool(let bool): text = String(bool)
        case .integer(let integer): text = String(integer)
        case .double(let double): text = String(double)
        case .array, .object:
            report(.wrongType, key, "must be a text, not an array or object")
            return nil
        }
        // These would end a line of SMTP or HTTP, or a field of an XOAUTH2 answer.
        if text.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0x00 || $0 == 0x01 }) {
            report(.forbiddenCharacter, key, "must hold no line end, NUL or ^A character")
            return nil
        }
        return text.isEmpty ? nil : text
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at either end.
    var trimmingSpaces: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
