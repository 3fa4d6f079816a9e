import ObjectModel

/// A text on one line, parts of which have a style.
struct StyledText: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// How a part looks where there are colours.
    enum Style: Hashable, Sendable {
        case plain
        case strong
        case faint
        case good
        case bad
        case doubtful

        /// The code of ECMA-48 that begins it.
        fileprivate var code: String? {
            switch self {
            case .plain: nil
            case .strong: "1"
            case .faint: "2"
            case .good: "32"
            case .bad: "31"
            case .doubtful: "33"
            }
        }
    }

    private var parts: [(text: String, style: Style)] = []

    init(_ text: String, _ style: Style = .plain) {
        // What comes from the cluster can't move the cursor or change colours.
        parts = [(BoundedText.line(text, limit: .max), style)]
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    /// How many columns it takes. What is shown here has no wide characters but in texts of others.
    var width: Int { parts.reduce(0) { $0 + $1.text.count } }

    /// As much of it as there is room for.
    func prefix(_ width: Int) -> StyledText {
        var rest = width
        var cut = self
        cut.parts = parts.compactMap { text, style in
            guard rest > 0 else { return nil }
            let shown = text.prefix(rest)
            rest -= shown.count
            return (String(shown), style)
        }
        return cut
    }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum.parts += right.parts
        return sum
    }

    /// The text as it is written.
    func rendered(color: Bool) -> String {
        parts.map { text, style in
            guard color, let code = style.code, !text.isEmpty else { return text }
            return "\u{1B}[\(code)m\(text)\u{1B}[0m"
        }.joined()
    }

    static func == (left: StyledText, right: StyledText) -> Bool {
        left.parts.elementsEqual(right.parts) { $0 == $1 }
    }

    func hash(into hasher: inout Hasher) {
        for part in parts {
            hasher.combine(part.text)
            hasher.combine(part.style)
        }
    }
}
