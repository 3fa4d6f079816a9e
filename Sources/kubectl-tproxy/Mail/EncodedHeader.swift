import FoundationEssentials

/// Texts in the headers of mails (RFC 2047).
enum EncodedHeader {
    /// An encoded word may have 75 characters, of which `=?utf-8?B?` and `?=` are twelve; base64 makes 4 of 3 octets.
    private static let longestPiece = 45
    /// Together with `Subject: ` well below the limit of a line.
    private static let longestPlain = 400

    /// The lines of a header: one where the text is plain ASCII, else one for each encoded word.
    static func lines(_ name: String, _ text: String) -> [String] {
        let isPlain = text.utf8.count <= longestPlain && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        if isPlain, !text.contains("=?") { return ["\(name): \(text)"] }
        return pieces(text).enumerated().map { index, piece in
            (index == 0 ? "\(name):" : "") + " =?utf-8?B?\(Data(piece.utf8).base64EncodedString())?="
        }
    }

    /// Whole characters in each, for readers that decode words one by one.
    private static func pieces(_ text: String) -> [String] {
        var pieces = [""]
        for scalar in text.unicodeScalars {
            if pieces[pieces.count - 1].utf8.count + UTF8.width(scalar) > longestPiece { pieces.append("") }
            pieces[pieces.count - 1].unicodeScalars.append(scalar)
        }
        return pieces
    }
}
