import NIOCore

@testable import SMTP

extension ByteBuffer {
    /// All readable octets as text.
    var text: String { String(buffer: self) }
}

extension StringProtocol {
    /// The same text with LF instead of CRLF, and the last one left out: easier on the eye in a table.
    var unixLines: String {
        let text = String(String.UnicodeScalarView(unicodeScalars.filter { $0 != "\r" }))
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

extension EnvelopeAddress {
    /// `<path> KEYWORD=value`.
    var wire: String {
        (["<\(path.mailbox)>"] + parameters.map(\.description)).joined(separator: " ")
    }

    /// An address for a test; `text` as on a command line.
    static func of(_ text: String) -> EnvelopeAddress {
        guard let address = read(text[...].utf8, after: "") else { preconditionFailure("no address: \(text)") }
        return address
    }
}
