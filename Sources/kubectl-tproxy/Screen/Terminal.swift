import Glibc

/// What is known of the terminal, or whatever else the output goes to.
struct Terminal: Hashable, Sendable {
    /// Whether a person sees the output at once.
    let isInteractive: Bool
    /// How many columns there are; `nil` where the output isn't a terminal.
    let width: Int?
    let hasColor: Bool
    /// Whether symbols beyond ASCII can be shown.
    let isUnicode: Bool

    /// When to use colours.
    enum Color: String, Sendable, CaseIterable {
        case auto
        case always
        case never
    }

    init(isInteractive: Bool, width: Int?, hasColor: Bool, isUnicode: Bool) {
        self.isInteractive = isInteractive
        self.width = width
        self.hasColor = hasColor
        self.isUnicode = isUnicode
    }

    /// Looks at a file descriptor and the environment.
    ///
    /// An option comes before `NO_COLOR`, and that before a dumb terminal, and that before whether it is one at all.
    init(_ descriptor: Int32, color: Color, environment: [String: String]) {
        isInteractive = isatty(descriptor) == 1
        width = isInteractive ? Self.columns(descriptor, environment) : nil
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

    private static func columns(_ descriptor: Int32, _ environment: [String: String]) -> Int {
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 80
    }
}
