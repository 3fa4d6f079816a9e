import FoundationEssentials

/// A sample message on its way: in a file, for recipients of its own.
struct Letter: Sendable {
    let sample: SampleMessage
    let recipients: [String]
    private let directory: TemporaryDirectory

    init(_ sample: SampleMessage) throws {
        self.sample = sample
        self.recipients = sample.makeRecipients()
        self.directory = try TemporaryDirectory()
        try Data(sample.octets).write(to: URL(filePath: self.file))
    }

    /// The message alone, with LF line ends.
    var file: String { self.directory.path("message") }

    /// A file with all that somebody types who speaks SMTP himself: one line each, dots doubled (RFC 5321 §4.5.2).
    func writeDialogue() throws -> String {
        let name = "client.example.test"
        let parameters = sample.parameters.map { " " + $0 }.joined()
        // What isn't in plain SMTP has to be asked for.
        var text = parameters.isEmpty ? "" : "EHLO \(name)\n"
        text += "MAIL FROM:<\(sample.sender)>\(parameters)\n"
        text += recipients.map { "RCPT TO:<\($0)>\n" }.joined() + "DATA\n"
        var octets = Array(text.utf8)
        var isLineStart = true
        for octet in sample.octets {
            if isLineStart, octet == UInt8(ascii: ".") { octets.append(octet) }
            octets.append(octet)
            isLineStart = octet == UInt8(ascii: "\n")
        }
        let path = self.directory.path("dialogue")
        try Data(octets + Array(".\nQUIT\n".utf8)).write(to: URL(filePath: path))
        return path
    }
}
