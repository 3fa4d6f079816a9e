import ObjectModel

/// Texts as they are written in YAML: plain where every reader takes them for the same text, else in quotes.
enum YAMLScalarText {
    static func text(_ text: String) -> String {
        isPlain(text) ? text : String(decoding: ObjectValue.string(text).json(), as: UTF8.self)
    }

    /// In single quotes, which keeps JSON readable; in double quotes where the text has characters that need escaping.
    static func singleQuoted(_ text: String) -> String {
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control && $0.value < 0x80 }) else {
            return String(decoding: ObjectValue.string(text).json(), as: UTF8.self)
        }
        return "'\(text.replacing("'", with: "''"))'"
    }

    /// As part of a comment: on one line.
    static func comment(_ text: String) -> String {
        text.unicodeScalars.contains { $0.properties.generalCategory == .control || $0.value > 0x7E }
            ? Quoted(text).description : text
    }

    /// Whether it is a word that YAML 1.1 and 1.2 both read as text.
    private static func isPlain(_ text: String) -> Bool {
        let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        guard let first = text.utf8.first, isLetter(first), !words.contains(text.lowercased()) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
    }

    private static func isLetter(_ octet: UInt8) -> Bool { (0x61...0x7A).contains(octet | 0x20) }
}
