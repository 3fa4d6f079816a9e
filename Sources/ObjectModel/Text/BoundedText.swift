/// Texts from elsewhere, made fit for a status, an event or a screen.
public enum BoundedText {
    /// The text on one line without characters that a terminal obeys rather than shows, cut where it is longer than so
    /// many octets.
    public static func line(_ text: String, limit: Int) -> String {
        if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 < 0x80 }) { return text }
        var clean = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            let shown: Unicode.Scalar =
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator: " "
                // Changes of the writing direction among them. Those two join letters.
                case .format where scalar != "\u{200C}" && scalar != "\u{200D}": " "
                default: scalar
                }
            length += UTF8.width(shown)
            guard length <= limit else { return cut(String(clean), limit: limit) }
            clean.append(shown)
        }
        return String(clean)
    }

    /// The beginning of a text that is too long, with an ellipsis behind it.
    private static func cut(_ text: String, limit: Int) -> String {
        var scalars = Substring(text).unicodeScalars
        while !scalars.isEmpty, Substring(scalars).utf8.count + ellipsis.utf8.count > limit { scalars.removeLast() }
        return String(scalars) + (ellipsis.utf8.count <= limit ? ellipsis : "")
    }

    private static let ellipsis = "…"
}
