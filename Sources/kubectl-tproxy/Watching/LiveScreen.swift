/// Draws the same thing again and again: on a terminal in the same place, else one below the other.
struct LiveScreen {
    private let base: Screen
    private var drawnLines = 0
    private var wasDrawn = false

    init(_ screen: Screen) {
        base = screen
    }

    /// Whether what was drawn before is overwritten.
    var isInPlace: Bool { base.terminal.isInteractive }

    /// Draws what `lines` gives for the screen as it is now.
    mutating func draw(_ lines: (Screen) -> [StyledText]) throws(OutputClosed) {
        let screen = base.remeasured
        var all = lines(screen)
        defer { wasDrawn = true }
        guard let width = screen.terminal.width, let height = screen.terminal.height else {
            if wasDrawn { all.insert("---", at: 0) }
            return try screen.write(all)
        }
        // A line that is broken, or that scrolls away, can't be overwritten. The last column is left free, for some
        // terminals begin a new line there.
        let room = max(height - 1, 1)
        if all.count > room {
            let hidden = all.count - room + 1
            all = Array(all.prefix(room - 1)) + [StyledText("... \(hidden) more lines; make the window larger", .faint)]
        }
        // Control sequences of ECMA-48: cursor up, to the first column; erase to the end of the screen.
        let back = drawnLines > 0 ? "\u{1B}[\(drawnLines)A\r\u{1B}[J" : ""
        var text = back
        for line in all { text += line.prefix(width - 1).rendered(color: screen.terminal.hasColor) + "\n" }
        drawnLines = all.count
        try screen.write(Array(text.utf8))
    }
}
