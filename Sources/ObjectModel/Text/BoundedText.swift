import Text

/// Texts from elsewhere, made fit for a status, an event or a screen.
public enum BoundedText {
    /// The text on one line without characters that a terminal obeys rather than shows, cut where it is longer than so
    /// many bytes.
    public static func line(_ text: String, limit: Int) -> String {
        if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 < 0x80 }) { return text }
        return TextCutter.cut(text.unicodeScalars, limit: limit, ellipsis: "…") { TextCutter.isObeyed($0) ? " " : $0 }
    }
}
