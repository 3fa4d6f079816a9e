import Glibc

/// Where results go, and how they look there.
struct Screen: Sendable {
    let terminal: Terminal
    private let descriptor: Int32
    private let color: Terminal.Color
    private let environment: [String: String]

    init(_ descriptor: Int32, color: Terminal.Color, environment: [String: String]) {
        self.descriptor = descriptor
        self.color = color
        self.environment = environment
        terminal = Terminal(descriptor, color: color, environment: environment)
    }

    /// The same as it is now: a window may have been made smaller.
    var remeasured: Screen { Screen(descriptor, color: color, environment: environment) }

    /// Writes lines.
    ///
    /// - Throws: `OutputClosed` if nobody reads any more.
    func write(_ lines: [StyledText]) throws(OutputClosed) {
        var text = ""
        for line in lines { text += line.rendered(color: terminal.hasColor) + "\n" }
        if !terminal.isUnicode { text = text.replacing("…", with: "...") }
        try write(Array(text.utf8))
    }

    /// Writes a line.
    func write(_ line: StyledText) throws(OutputClosed) {
        try write([line])
    }

    /// Writes what programs read, as it is.
    func write(_ octets: [UInt8]) throws(OutputClosed) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw OutputClosed(cause: count < 0 ? errno : EPIPE) }
            rest = rest.dropFirst(count)
        }
    }

    /// What stands for how something fares.
    func mark(_ state: Mark) -> StyledText {
        switch state {
        case .good: StyledText(terminal.isUnicode ? "✔" : "ok", .good)
        case .bad: StyledText(terminal.isUnicode ? "✘" : "x", .bad)
        case .doubtful: StyledText("!", .doubtful)
        case .unknown: StyledText("?", .doubtful)
        }
    }
}

/// How something fares.
enum Mark: Hashable, Sendable {
    case good
    case bad
    case doubtful
    case unknown
}

/// What is written goes nowhere.
struct OutputClosed: Error {
    /// The system's error number.
    let cause: Int32

    /// What to tell a person; `nil` where nobody reads any more, which is no fault.
    var complaint: String? {
        cause == EPIPE ? nil : "the output can't be written: \(String(cString: strerror(cause)))"
    }
}
