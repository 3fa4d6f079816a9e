/// A text from outside as messages show it: in quotes, control characters escaped, and cut where it is long, so that
/// it can neither forge a log line nor flood one.
public struct Quoted: CustomStringConvertible, Sendable {
    private let text: String

    /// Quotes a text. Never pass one that may be a secret.
    public init(_ text: String) {
        self.text = text
    }

    public var description: String {
        "\"\(Self.escaped(text, limit: 80))\""
    }

    /// A text without quotes around it, its quotes and control characters escaped, cut behind `limit` scalars.
    public static func escaped(_ text: String, limit: Int) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                default:
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return text.unicodeScalars.dropFirst(limit).isEmpty ? result : result + "…"
    }
}
