import FoundationEssentials

/// A message as a mail server stored it.
struct StoredMessage: Sendable {
    /// The envelope: who sent it, and which recipient this copy is for.
    let sender: String
    let recipient: String
    /// Who was logged in when the server took it; `nil` where nobody was.
    let login: String?
    /// The server's name for the message, as in its log.
    let queueID: String
    /// What the application sent, with LF line ends, without what the servers put in front of it.
    let octets: Data

    /// How much of a file is looked through for what the servers put in front.
    private static let traceLimit = 16 * 1024

    /// Reads a Maildir file: `Return-Path`, `X-Original-To`, `Delivered-To` (Exim's `Return-path`, `Envelope-to`) and one
    /// `Received` for each server, the newest first, then the application's own octets, which need not be text.
    init?(path: String) {
        // Mapped, for some are large and few are looked into.
        guard let file = try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped) else { return nil }
        let head = String(decoding: file.prefix(Self.traceLimit), as: UTF8.self)
        var rest = head[...]
        var trace: [Substring] = []
        while let field = Self.traceField(of: rest) {
            trace.append(field)
            rest = rest[field.endIndex...]
        }
        func value(_ names: String...) -> String? {
            trace.first { field in names.contains { field.hasPrefix($0 + ": ") } }.map { field in
                field.drop { $0 != ":" }.dropFirst(2).filter { !"<>\n".contains($0) }
            }
        }
        guard let sender = value("Return-Path", "Return-path"), let recipient = value("X-Original-To", "Envelope-to"),
            let received = trace.first(where: { $0.hasPrefix("Received: ") }),
            let queueID = received.firstMatch(of: #/\bid ([0-9A-Za-z]+)/#)
        else { return nil }
        self.sender = sender
        self.recipient = recipient
        self.login = received.firstMatch(of: #/\(Authenticated sender: ([^)]*)\)/#).map { String($0.1) }
        self.queueID = String(queueID.1)
        self.octets = file.dropFirst(head[..<rest.startIndex].utf8.count)
    }

    /// ``octets`` as text.
    var content: String { String(decoding: self.octets, as: UTF8.self) }

    /// The server's field that the text begins with, its continuation lines included.
    private static func traceField(of text: Substring) -> Substring? {
        let names = [
            "Return-Path: ", "X-Original-To: ", "Delivered-To: ", "Return-path: ", "Envelope-to: ", "Received: ",
        ]
        guard names.contains(where: { text.hasPrefix($0) }) else { return nil }
        var end = text.startIndex
        while let newline = text[end...].firstIndex(of: "\n") {
            end = text.index(after: newline)
            guard end < text.endIndex, text[end] == " " || text[end] == "\t" else { break }
        }
        return text[..<end]
    }
}
