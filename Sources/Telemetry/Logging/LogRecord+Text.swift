import Logging

extension LogRecord {
    private static let levelWidth = 8
    private static let messageWidth = 40

    /// One line for people: time, level, message, `key=value`. The columns line up as long as messages are short. What
    /// a client sent can't start a new line or pass for another key: it is escaped and quoted.
    var textLine: [UInt8] {
        var line = "\(time) \(Self.pad(level.rawValue.uppercased(), to: Self.levelWidth)) "
        let message = Self.escape(message, quoting: false)
        line += metadata.isEmpty ? message : Self.pad(message, to: Self.messageWidth)
        for (key, value) in metadata {
            line += " \(Self.quoteIfNeeded(key))=\(Self.quoteIfNeeded(Self.text(value)))"
        }
        line += "\n"
        return Array(line.utf8)
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .dictionary, .array: json(value)
        }
    }

    private static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func quoteIfNeeded(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            !isHidden(scalar) && scalar != "\"" && scalar != "\\" && scalar != "=" && !scalar.properties.isWhitespace
        }
        return isPlain && !text.isEmpty ? text : "\"\(escape(text, quoting: true))\""
    }

    private static func escape(_ text: String, quoting: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where quoting, "\\" where quoting:
                escaped += "\\"
                escaped.unicodeScalars.append(scalar)
            case "\n": escaped += #"\n"#
            case "\r": escaped += #"\r"#
            case "\t": escaped += #"\t"#
            case _ where isHidden(scalar): escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
