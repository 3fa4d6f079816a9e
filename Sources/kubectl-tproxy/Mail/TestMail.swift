import FoundationEssentials
import Glibc
import ObjectModel

/// A mail that tries whether mails come through.
struct TestMail: Hashable, Sendable {
    let sender: MailAddress
    let recipient: MailAddress
    let subject: String
    /// What it was sent through, such as `shop/mail-dest (tenant acme)`.
    let route: String
    /// When it was written, in seconds since 1970.
    let time: Int
    /// What makes it different from any other.
    let identifier: String

    /// - Parameter subject: A text on one line.
    init(
        from sender: MailAddress,
        to recipient: MailAddress,
        subject: String,
        route: String,
        time: Int = Int(Date.now.timeIntervalSince1970),
        identifier: String = String(UInt64.random(in: .min ... .max), radix: 36)
    ) {
        (self.sender, self.recipient, self.subject, self.route) = (sender, recipient, subject, route)
        (self.time, self.identifier) = (time, identifier)
    }

    /// Whether an address needs SMTPUTF8.
    var isInternationalized: Bool { sender.isInternationalized || recipient.isInternationalized }

    /// Header and text, without line ends. No line begins with a dot.
    var lines: [String] {
        ["From: \(sender)", "To: \(recipient)"] + EncodedHeader.lines("Subject", subject) + [
            "Date: \(date)", "Message-ID: <\(identifier)@\(sender.domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=us-ascii", "Auto-Submitted: auto-generated", "",
            "This mail was sent by kubectl tproxy send, to see whether mails come through.",
            "It went through the Destination \(BoundedText.line(route, limit: 400)).",
        ]
    }

    /// RFC 5322 §3.3, in UTC.
    private var date: String {
        var seconds = time_t(time)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 64)
        // The names are English: no locale was set.
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S +0000", &parts)
        return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
