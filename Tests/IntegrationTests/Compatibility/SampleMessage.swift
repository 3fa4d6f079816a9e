/// A message that every client sends.
enum SampleMessage: String, CaseIterable, Sendable {
    case plain
    case recipients = "several recipients"
    case eightBit = "8-bit"
    case internationalized = "SMTPUTF8"
    case large = "20 MB"
    case dots
    case empty

    /// Its content, with LF line ends and without dot-stuffing.
    var octets: [UInt8] {
        switch self {
        case .plain, .recipients: Array("Subject: \(self.rawValue)\n\nFirst.\n\n  indented  \n\tlast\n".utf8)
        case .eightBit:
            // All of ISO 8859-1 beyond ASCII but the last, which is a command to telnet (RFC 854).
            Array("Subject: 8-bit\nContent-Type: text/plain; charset=iso-8859-1\n\n".utf8) + (0xA1...0xFE) + [0x0A]
        case .internationalized: Array("Subject: Grüße, 世界\n\nПривет\n".utf8)
        case .large: Self.largeOctets
        case .dots:
            Array(
                "Subject: dots\n\n.\n..\n...\n.first\n\n.\n. \n.\n\n\(String(repeating: ".", count: 900))\nlast.\n.\n"
                    .utf8
            )
        case .empty: []
        }
    }

    /// 20 MB in lines of all lengths that RFC 5321 §4.5.3.1.6 allows.
    private static let largeOctets: [UInt8] = {
        var octets = Array("Subject: large\n\n".utf8)
        octets.reserveCapacity(21_000_000)
        var length = 0
        while octets.count < 20_000_000 {
            length = (length + 1) % 998
            octets.append(contentsOf: repeatElement(UInt8(ascii: "a") + UInt8(length % 26), count: length))
            octets.append(UInt8(ascii: "\n"))
        }
        return octets
    }()

    var sender: String { self == .internationalized ? "absender-ü@example.test" : "sender@example.test" }

    /// Recipients of one sending's own.
    func makeRecipients() -> [String] {
        (0..<(self == .recipients ? 3 : 1)).map { _ in
            (self == .internationalized ? "empfänger-" : "") + MailAccount.recipient()
        }
    }

    /// What has to be said of it in MAIL by who writes that himself (RFC 6152 §3, RFC 6531 §3.4).
    var parameters: [String] {
        switch self {
        case .plain, .recipients, .large, .dots, .empty: []
        case .eightBit: ["BODY=8BITMIME"]
        case .internationalized: ["BODY=8BITMIME", "SMTPUTF8"]
        }
    }
}
