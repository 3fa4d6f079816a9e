/// What a scalar means to Kubernetes, whose reader (sigs.k8s.io/yaml) follows YAML 1.1 with deviations of its own and
/// then makes JSON of the result.
///
/// `yes`, `no`, `on`, `off`, `y` and `n` are booleans in three spellings each; integers take a sign, underscores and the
/// prefixes `0x`, `0o`, `0b` and `0` (octal); timestamps stay texts; a float that is whole becomes an integer on its way
/// through JSON.
enum ScalarResolver {
    /// Why a scalar can't be had.
    enum Fault: Error {
        case notFinite
        case tagMismatch
        case binary
    }

    /// - Parameters:
    ///   - text: The scalar without quotes.
    ///   - isPlain: Whether it stands without quotes and not as a block.
    ///   - tag: Its tag, or `nil`.
    static func resolve(_ text: String, isPlain: Bool, tag: String?) throws(Fault) -> YAMLScalar.Resolved {
        switch tag {
        case nil:
            return isPlain ? try plain(text) : .string(text)
        case "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null":
            return try tagged(text, tag: tag)
        case "tag:yaml.org,2002:binary":
            throw .binary
        default:
            // `!!str`, and tags that nobody knows.
            return .string(text)
        }
    }

    private static func tagged(_ text: String, tag: String?) throws(Fault) -> YAMLScalar.Resolved {
        let resolved = try plain(text)
        switch (resolved, tag) {
        case (.bool, "tag:yaml.org,2002:bool"), (.integer, "tag:yaml.org,2002:int"), (.null, "tag:yaml.org,2002:null"),
            (.integer, "tag:yaml.org,2002:float"), (.double, "tag:yaml.org,2002:float"):
            return resolved
        default:
            throw .tagMismatch
        }
    }

    private static func plain(_ text: String) throws(Fault) -> YAMLScalar.Resolved {
        if let word = words[text] { return word }
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "."):
            if notFinite.contains(text) { throw .notFinite }
            return try float(text) ?? .string(text)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            if notFinite.contains(text) { throw .notFinite }
            let number = text.filter { $0 != "_" }
            if let integer = integer(number) { return integer }
            return try float(number) ?? .string(text)
        default:
            return .string(text)
        }
    }

    private static let words: [String: YAMLScalar.Resolved] = {
        var words: [String: YAMLScalar.Resolved] = ["": .null, "~": .null]
        for (word, meaning) in [
            ("null", YAMLScalar.Resolved.null), ("true", .bool(true)), ("yes", .bool(true)), ("on", .bool(true)),
            ("y", .bool(true)), ("false", .bool(false)), ("no", .bool(false)), ("off", .bool(false)),
            ("n", .bool(false)),
        ] {
            for spelling in [word, word.uppercased(), word.prefix(1).uppercased() + word.dropFirst()] {
                words[spelling] = meaning
            }
        }
        return words
    }()

    private static let notFinite: Set<String> = {
        let infinities = [".inf", ".Inf", ".INF"].flatMap { [$0, "+" + $0, "-" + $0] }
        return Set(infinities + [".nan", ".NaN", ".NAN"])
    }()
}

extension ScalarResolver {
    /// An integer by Go's rules for base 0: a sign, then a prefix that names the base, or `0` for octal.
    private static func integer(_ text: String) -> YAMLScalar.Resolved? {
        var digits = Substring(text)
        var sign = ""
        if let first = digits.first, first == "-" || first == "+" {
            sign = String(first)
            digits = digits.dropFirst()
        }
        var radix = 10
        if digits.first == "0", digits.count > 1 {
            switch digits.dropFirst().first {
            case "x", "X": radix = 16
            case "o", "O": radix = 8
            case "b", "B": radix = 2
            default:
                radix = 8
                // Only the one digit goes: the two of a prefix are dropped below.
                digits = "0" + digits
            }
            digits = digits.dropFirst(2)
        }
        // `Int` would take a second sign.
        guard let first = digits.first, first != "-", first != "+" else { return nil }
        if let value = Int(sign + digits, radix: radix) { return .integer(value) }
        if radix != 10, sign != "-", let value = UInt64(digits, radix: radix) { return .double(Double(value)) }
        return nil
    }

    /// A float as YAML 1.1 writes it; one that is whole and fits is an integer, as it is once it went through JSON.
    private static func float(_ text: String) throws(Fault) -> YAMLScalar.Resolved? {
        guard isFloat(text), let value = Double(text) else { return nil }
        // Too large for a double: Go's parser refuses such a number, and the text stays a text.
        guard value.isFinite else { return nil }
        if let integer = Int(exactly: value) { return .integer(integer) }
        return .double(value)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isFloat(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }
        func take(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func takeDigits() -> Bool {
            let digits = rest.prefix(while: isDigit)
            rest.removeFirst(digits.count)
            return !digits.isEmpty
        }
        _ = take("+-")
        let hasWhole = takeDigits()
        if take(".") {
            let hasFraction = takeDigits()
            guard hasWhole || hasFraction else { return false }
        } else if !hasWhole {
            return false
        }
        if take("eE") {
            _ = take("+-")
            guard takeDigits() else { return false }
        }
        return rest.isEmpty
    }
}
