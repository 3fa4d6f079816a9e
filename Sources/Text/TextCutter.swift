/// Cuts texts from elsewhere to what there is room for.
public enum TextCutter {
    /// A text of at most so many bytes of UTF-8: the whole if it fits, else its beginning with an ellipsis behind it, cut
    /// between characters. Looks at no more of the text than fits.
    ///
    /// - Parameters:
    ///   - scalars: the text.
    ///   - limit: in bytes. A limit that is shorter than the ellipsis leaves nothing of a text that is too long.
    ///   - ellipsis: what stands in place of the rest.
    ///   - shown: what is shown of a character. It counts, not the character.
    public static func cut(
        _ scalars: some Sequence<Unicode.Scalar>,
        limit: Int,
        ellipsis: String,
        _ shown: (Unicode.Scalar) -> Unicode.Scalar
    ) -> String {
        let ellipsisLength = ellipsis.utf8.count
        var text = String.UnicodeScalarView()
        var length = 0
        // Characters at the end that an ellipsis would replace.
        var replaceable = 0
        for scalar in scalars {
            let scalar = shown(scalar)
            length += UTF8.width(scalar)
            guard length <= limit else {
                text.removeLast(replaceable)
                return String(text) + (ellipsisLength <= limit ? ellipsis : "")
            }
            text.append(scalar)
            replaceable = length <= limit - ellipsisLength ? 0 : replaceable + 1
        }
        return String(text)
    }

    /// Whether a terminal obeys a character rather than shows it: controls, line ends, and format characters such as those
    /// that change the writing direction. Those that only join letters are shown.
    public static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
        default: false
        }
    }
}
