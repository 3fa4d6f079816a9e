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
        var rest = octets[...]
        for _ in 1..<max(number, 1) {
            guard let end = rest.firstIndex(where: Self.isLineEnd) else { return "" }
            rest = rest[Self.index(behindLineEnd: end, in: rest)...]
        }
        return String(decoding: rest.prefix { !Self.isLineEnd($0) }.prefix(1000), as: UTF8.self)
    }

    /// Where an octet stands.
    func position(ofOffset offset: Int) -> SourcePosition {
        var rest = octets[..<min(max(offset, 0), octets.count)]
        var line = 1
        while let end = rest.firstIndex(where: Self.isLineEnd) {
            rest = rest[Self.index(behindLineEnd: end, in: rest)...]
            line += 1
        }
        // Octets that continue a UTF-8 sequence don't count.
        return SourcePosition(line: line, column: rest.count { $0 & 0xC0 != 0x80 } + 1)
    }

    /// The place of the tab that a line is indented with, if it is.
    func tabIndentation(inLine number: Int) -> SourcePosition? {
        let indentation = line(number).prefix { $0 == " " || $0 == "\t" }
        guard let tab = indentation.firstIndex(of: "\t") else { return nil }
        return SourcePosition(line: number, column: indentation.distance(from: indentation.startIndex, to: tab) + 1)
    }

    func checkEncoding() throws(YAMLError) {
        if octets.starts(with: [0xFF, 0xFE]) || octets.starts(with: [0xFE, 0xFF]) {
            throw error(.encoding, "this is UTF-16; save it as UTF-8", at: SourcePosition(line: 1, column: 1))
        }
    }

    private static func isLineEnd(_ octet: UInt8) -> Bool {
        octet == 0x0A || octet == 0x0D
    }

    private static func index(behindLineEnd end: Int, in octets: ArraySlice<UInt8>) -> Int {
        let next = end + 1
        return octets[end] == 0x0D && next < octets.endIndex && octets[next] == 0x0A ? next + 1 : next
    }
}
