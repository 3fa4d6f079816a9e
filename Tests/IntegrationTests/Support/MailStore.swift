import FoundationEssentials

/// The Maildir in which a mail server keeps every message for anybody.
struct MailStore: Sendable {
    /// The folder of the messages, `…/new`.
    let folder: String

    /// The messages stored so far for a recipient.
    func messages(to recipient: String) -> [StoredMessage] { self.messages { $0 == recipient } }

    /// The messages stored so far for some recipients.
    func messages(where isWanted: (_ recipient: String) -> Bool) -> [StoredMessage] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.folder)) ?? []
        return names.compactMap { StoredMessage(path: "\(self.folder)/\($0)") }.filter { isWanted($0.recipient) }
    }

    /// The one message for a recipient, once it is stored.
    func message(to recipient: String) async throws -> StoredMessage {
        try await eventually("a message to \(recipient)") { self.messages(to: recipient).first }
    }
}
