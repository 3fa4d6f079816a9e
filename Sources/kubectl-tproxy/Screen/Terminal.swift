import Glibc

/// What is known of the terminal, or whatever else the output goes to.
struct Terminal: Hashable, Sendable {
    /// Whether a person sees the output at once.
    let isInteractive: Bool
    /// How many columns there are; `nil` where the output isn't a terminal.
    let width: Int?
    /// How many lines there are; `nil` where the output isn't a terminal.
    let height: Int?
    let hasColor: Bool
    /// Whether symbols beyond ASCII can be shown.
    let isUnicode: Bool

    /// When to use colours.
    enum Color: String, Sendable, CaseIterable {
        case auto
        case always
        case never
    }

    init(isInteractive: Bool, width: Int?, height: Int? = nil, hasColor: Bool, isUnicode: Bool) {
        self.isInteractive = isInteractive
        self.width = width
        self.height = height
        self.hasColor = hasColor
        self.isUnicode = isUnicode
    }

    /// Looks at a file descriptor and the environment.
    ///
    /// An option comes before `NO_COLOR`, and that before a dumb terminal, and that before whether it is one at all.
    init(_ descriptor: Int32, color: Color, environment: [String: String]) {
        isInteractive = isatty(descriptor) == 1
        let size = Self.size(descriptor, environment)
        width = isInteractive ? size.columns : nil
        height = isInteractive ? size.rows : nil
        hasColor =
            switch color {
            case .always: true
            case .never: false
            case .auto:
                isInteractive && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
            }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        isUnicode = locale.lowercased().replacing("-", with: "").contains("utf8")
    }

    private static func size(_ descriptor: Int32, _ environment: [String: String]) -> (columns: Int, rows: Int) {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        func number(_ known: UInt16, _ variable: String, otherwise: Int) -> Int {
            if isKnown, known > 0 { return Int(known) }
            return environment[variable].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? otherwise
        }
        return (number(size.ws_col, "COLUMNS", otherwise: 80), number(size.ws_row, "LINES", otherwise: 24))
    }
}
