/// A terminal of a given size, by util-linux's `script`.
enum PseudoTerminal {
    /// The command that runs another one on such a terminal.
    ///
    /// - Parameter command: Passed on word by word.
    static func command(_ command: [String], columns: Int, lines: Int = 40) -> [String] {
        let size = "stty cols \(columns) rows \(lines); exec "
        let words = command.map { "'" + $0.replacing("'", with: #"'\''"#) + "'" }
        return ["/usr/bin/script", "-qefc", size + words.joined(separator: " "), "/dev/null"]
    }
}
