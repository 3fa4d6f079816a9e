import MailSink
import TestSupport

/// One of the messages that are sent through the chaos. All about it follows from its number and the run's seed.
struct ChaosMessage: Sendable {
    /// How the application behaves.
    enum Manner: Sendable {
        /// Waits for every reply.
        case patient
        /// Sends the commands up to DATA at once (RFC 2920).
        case pipelining
        /// Is gone in the middle of the content: no mail server may take it for whole (RFC 5321 §4.1.1.10).
        case vanishingInContent
        /// Is gone before it has heard what became of the message.
        case vanishingAtEnd
    }

    let number: Int
    let tenant: Int
    let manner: Manner
    /// With CRLF line ends and dots at the start of some lines, without dot-stuffing.
    let content: [UInt8]

    init(_ number: Int, tenants: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed ^ UInt64(number) &* 0x9E37_79B9)
        self.number = number
        tenant = Int.random(in: 0..<tenants, using: &random)
        manner =
            switch Int.random(in: 0..<100, using: &random) {
            case ..<4: .vanishingInContent
            case ..<7: .vanishingAtEnd
            case ..<40: .pipelining
            default: .patient
            }
        // Most are short, some are more than any buffer holds.
        let limit = Int.random(in: 0..<50, using: &random) == 0 ? 300_000 : 6000
        let length = Int.random(in: 0..<limit, using: &random)
        var octets = Array("Subject: message \(number) of tenant \(tenant)\r\n\r\n".utf8)
        while octets.count < length {
            if Bool.random(using: &random) { octets.append(UInt8(ascii: ".")) }
            let letter = UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &random)
            octets.append(contentsOf: repeatElement(letter, count: Int.random(in: 0..<200, using: &random)))
            octets.append(contentsOf: "\r\n".utf8)
        }
        content = octets + Array("end \(number)\r\n".utf8)
    }

    var recipient: String { "m\(number)@example.test" }

    /// The number of the message that a mail server has taken, by its recipient; nil where none of ours has that.
    static func number(of mail: ReceivedMail) -> Int? {
        mail.envelope.recipients.first.flatMap { Int($0.address.dropFirst().prefix { $0 != "@" }) }
    }

    /// The content as it is sent, with its end (RFC 5321 §4.5.2).
    var wireContent: [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(content.count + 100)
        var isLineStart = true
        for octet in content {
            if isLineStart, octet == UInt8(ascii: ".") { octets.append(octet) }
            octets.append(octet)
            isLineStart = octet == UInt8(ascii: "\n")
        }
        return octets + Array(".\r\n".utf8)
    }
}
