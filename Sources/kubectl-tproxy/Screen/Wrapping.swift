/// Breaks text into lines.
enum Wrapping {
    /// The text's words on lines of at most so many columns, where no word is longer.
    ///
    /// - Parameters:
    ///   - width: How much room there is; `nil` for one line.
    ///   - indent: What each line begins with.
    static func lines(_ text: String, width: Int?, indent: Int) -> [StyledText] {
        Self.text(text, width: width, indent: indent).map { StyledText($0) }
    }

    /// The same without a style.
    static func text(_ text: String, width: Int?, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        guard let width else { return [margin + text] }
        var lines: [String] = []
        var line = margin
        for word in text.split(separator: " ") {
            if line.count > indent, line.count + 1 + word.count > max(width, indent + 20) {
                lines.append(line)
                line = margin
            }
            line += line.count > indent ? " \(word)" : String(word)
        }
        if line.count > indent { lines.append(line) }
        return lines
    }
}
