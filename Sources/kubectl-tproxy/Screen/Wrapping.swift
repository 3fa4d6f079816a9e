/// Breaks text into lines.
enum Wrapping {
    /// The text's words on lines of at most so many columns, where no word is longer.
    ///
    /// - Parameters:
    ///   - width: How much room there is; `nil` for one line.
    ///   - indent: What each line begins with.
    static func lines(_ text: String, width: Int?, indent: Int) -> [StyledText] {
        let margin = String(repeating: " ", count: indent)
        guard let width else { return [StyledText(margin + text)] }
        var lines: [StyledText] = []
        var line = margin
        for word in text.split(separator: " ") {
            if line.count > indent, line.count + 1 + word.count > max(width, indent + 20) {
                lines.append(StyledText(line))
                line = margin
            }
            line += line.count > indent ? " \(word)" : String(word)
        }
        if line.count > indent { lines.append(StyledText(line)) }
        return lines
    }
}
