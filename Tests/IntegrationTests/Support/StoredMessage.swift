/// A message as Postfix stored it.
struct StoredMessage: Sendable {
    /// The envelope: who sent it, and which recipient this copy is for.
    let sender: String
    let recipient: String
    /// Who was logged in when the server took it; `nil` where nobody was.
    let login: String?
    /// The server's name for the message, as in its log.
    let queueID: String
    /// What the application sent, with LF line ends, without what the servers put in front of it.
    let content: String

    /// Reads a Maildir file: `Return-Path`, `X-Original-To`, `Delivered-To` and one `Received` for each server, the
    /// newest first, then the application's own text.
    init?(file: String) {
        var rest = file[...]
        var trace: [Substring] = []
        while let field = Self.traceField(of: rest) {
            trace.append(field)
            rest = rest[field.endIndex...]
        }
        func value(_ name: String) -> String? {
            trace.first { $0.hasPrefix(name + ": ") }.map {
                $0.dropFirst(name.count + 2).filter { !"<>\n".contains($0) }
            }
        }
        guard let sender = value("Return-Path"), let recipient = value("X-Original-To"),
            let received = trace.first(where: { $0.hasPrefix("Received: ") }),
            let queueID = received.firstMatch(of: #/\bid ([0-9A-Za-z]+)/#)
        else { return nil }
        self.sender = sender
        self.recipient = recipient
        self.login = received.firstMatch(of: #/\(Authenticated sender: ([^)]*)\)/#).map { String($0.1) }
        self.queueID = String(queueID.1)
        self.content = String(rest)
    }

    /// The server's field that the text begins with, its continuation lines included.
    private static func traceField(of text: Substring) -> Substring? {
        let names = ["Return-Path: ", "X-Original-To: ", "Delivered-To: ", "Received: "]
        guard names.contains(where: { text.hasPrefix($0) }) else { return nil }
        var end = text.startIndex
        while let newline = text[end...].firstIndex(of: "\n") {
            end = text.index(after: newline)
            guard end < text.endIndex, text[end] == " " || text[end] == "\t" else { break }
        }
        return text[..<end]
    }
}
