/// The text that is read, for messages that show a part of it.
struct SourceText {
    private let octets: [UInt8]
    private let file: String?

    init(_ octets: [UInt8], file: String?) {
        self.octets = octets
        self.file = file
    }

    func error(_ code: YAMLError.Code, _ message: String, at position: SourcePosition) -> YAMLError {
        YAMLError(code: code, message: message, position: position, file: file, sourceLine: line(position.line))
    }

    /// A line without its end, cut where it is too long to be shown.
    func line(_ number: Int) -> String {
        var scalars = String(decoding: octets, as: UTF8.self).unicodeScalars[...]
        for _ in 1..<max(number, 1) {
            guard Self.dropLine(&scalars) else { return "" }
        }
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars.prefix { !Self.isLineEnd($0) }.prefix(1000))
        return String(line)
    }

    /// Where an octet stands.
    func position(ofOffset offset: Int) -> SourcePosition {
        var scalars = String(decoding: octets.prefix(max(offset, 0)), as: UTF8.self).unicodeScalars[...]
        var line = 1
        while Self.dropLine(&scalars) { line += 1 }
        return SourcePosition(line: line, column: scalars.count + 1)
    }

    /// The place of the tab that a line is indented with, if it is.
    func tabIndentation(inLine number: Int) -> SourcePosition? {
        let indentation = line(number).prefix { $0 == " " || $0 == "\t" }
        guard let tab = indentation.firstIndex(of: "\t") else { return nil }
        return SourcePosition(line: number, column: indentation.distance(from: indentation.startIndex, to: tab) + 1)
    }

    /// Refuses what libyaml would read wrongly or too slowly.
    func check() throws(YAMLError) {
        if octets.starts(with: [0xFF, 0xFE]) || octets.starts(with: [0xFE, 0xFF]) {
            throw error(.encoding, "this is UTF-16; save it as UTF-8", at: SourcePosition(line: 1, column: 1))
        }
        // libyaml compares every %TAG directive with all before it: 2 MiB of them would take minutes.
        let directives = zip(octets, octets.dropFirst()).count { end, first in
            first == UInt8(ascii: "%") && Self.lastOctetsOfLineEnds.contains(end)
        }
        guard directives <= 64 else {
            throw error(.size, "too many lines begin with %", at: SourcePosition(line: 1, column: 1))
        }
    }

    /// The last octet of each line end in UTF-8; other characters may end in them too, which makes the check no weaker.
    private static let lastOctetsOfLineEnds: Set<UInt8> = [0x0A, 0x0D, 0x85, 0xA8, 0xA9]

    /// Drops the first line with its end.
    ///
    /// - Returns: `false` where the text is the last line.
    private static func dropLine(_ scalars: inout Substring.UnicodeScalarView) -> Bool {
        guard let end = scalars.firstIndex(where: isLineEnd) else { return false }
        let isReturn = scalars[end] == "\r"
        scalars = scalars[scalars.index(after: end)...]
        if isReturn, scalars.first == "\n" { scalars.removeFirst() }
        return true
    }

    /// The line ends of YAML 1.1, which libyaml counts.
    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}
