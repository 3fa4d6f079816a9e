/// The metrics, labels and groupings in a query of Prometheus, as far as tests compare them with the code. Whether it is
/// a query at all is for `promtool` to say.
struct QueryReading {
    /// A metric with what its braces say.
    struct Selector {
        var metric: String
        var matchers: [Matcher] = []
    }

    /// One item of the braces.
    struct Matcher {
        var label: String
        var isPattern: Bool
        var value: String
    }

    private(set) var selectors: [Selector] = []
    /// The labels in `by`, `on`, `group_left` and the like.
    private(set) var groupings: Set<String> = []
    /// The labels that the query makes.
    private(set) var made: Set<String> = []

    private static let listed: Set = ["by", "without", "on", "ignoring", "group_left", "group_right"]
    private static let words: Set = ["and", "or", "unless", "offset", "bool", "inf", "nan"]

    private enum Token: Equatable {
        case word(String)
        case string(String)
        case sign(Character)
    }

    init(_ query: String) {
        var tokens = Self.tokens(query)[...]
        while let token = tokens.popFirst() {
            guard case .word(let word) = token else { continue }
            if Self.listed.contains(word) {
                if tokens.first == .sign("(") { groupings.formUnion(Self.list(&tokens)) }
            } else if tokens.first == .sign("(") {
                if word == "label_replace" { made.formUnion(Self.destination(of: tokens)) }
            } else if case .word(let next) = tokens.first, Self.listed.contains(next) {
                // An aggregation: its labels stand before what it aggregates.
                continue
            } else if !Self.words.contains(word) {
                selectors.append(Selector(metric: word, matchers: Self.matchers(&tokens)))
            }
        }
    }

    /// Words, strings and signs. Numbers, durations and what is in square brackets are left out.
    private static func tokens(_ query: String) -> [Token] {
        var tokens: [Token] = []
        var rest = query[...]
        while let first = rest.first {
            if first == "\"" {
                let text = rest.dropFirst().prefix { $0 != "\"" }
                tokens.append(.string(String(text)))
                rest = rest[text.endIndex...].dropFirst()
            } else if first == "[" {
                rest = rest.drop { $0 != "]" }.dropFirst()
            } else if first.isLetter || first == "_" || first == "$" || first.isNumber {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" || $0 == "$" }
                if !first.isNumber { tokens.append(.word(String(word))) }
                rest = rest[word.endIndex...]
            } else {
                if !first.isWhitespace { tokens.append(.sign(first)) }
                rest = rest.dropFirst()
            }
        }
        return tokens
    }

    /// The words in parentheses.
    private static func list(_ tokens: inout ArraySlice<Token>) -> [String] {
        var words: [String] = []
        while let token = tokens.popFirst(), token != .sign(")") {
            if case .word(let word) = token { words.append(word) }
        }
        return words
    }

    /// What stands in the braces that follow, if any do.
    private static func matchers(_ tokens: inout ArraySlice<Token>) -> [Matcher] {
        guard tokens.first == .sign("{") else { return [] }
        var matchers: [Matcher] = []
        var label: String?
        var isPattern = false
        while let token = tokens.popFirst(), token != .sign("}") {
            switch token {
            case .word(let word): (label, isPattern) = (word, false)
            case .sign(let sign): if sign == "~" { isPattern = true }
            case .string(let value):
                if let label { matchers.append(Matcher(label: label, isPattern: isPattern, value: value)) }
            }
        }
        return matchers
    }

    /// The label that `label_replace` makes: the first of the strings that stand between its own parentheses.
    private static func destination(of tokens: ArraySlice<Token>) -> [String] {
        var depth = 0
        for token in tokens {
            switch token {
            case .sign("("), .sign("{"): depth += 1
            case .sign(")"), .sign("}"): depth -= 1
            case .string(let text) where depth == 1: return [text]
            case .word, .string, .sign: break
            }
            if depth == 0 { break }
        }
        return []
    }
}
