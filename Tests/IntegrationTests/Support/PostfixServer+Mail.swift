extension PostfixServer {
    /// What it has stored.
    var store: MailStore { MailStore(folder: self.directory.path("mail/all/new")) }

    /// The messages stored so far for a recipient.
    func messages(to recipient: String) -> [StoredMessage] { self.store.messages(to: recipient) }

    /// The messages stored so far for some recipients.
    func messages(where isWanted: (_ recipient: String) -> Bool) -> [StoredMessage] {
        self.store.messages(where: isWanted)
    }

    /// The one message for a recipient, once it is stored.
    func message(to recipient: String) async throws -> StoredMessage { try await self.store.message(to: recipient) }

    /// How and as whom the client logged in that brought a message: what Postfix logged of it.
    func login(for message: StoredMessage) async throws -> Login {
        // The name in the Received field is all that joins a stored message to the log.
        let line = try await eventually("the log to tell where \(message.queueID) came from") {
            self.log.split(separator: "\n").first { $0.contains(" \(message.queueID): client=") }
        }
        // …: 4F1: client=localhost[127.0.0.1], sasl_method=PLAIN, sasl_username=…
        func value(_ name: String) -> String? {
            line.split(separator: ", ").first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
        }
        return Login(mechanism: value("sasl_method"), user: value("sasl_username"))
    }

    struct Login: Equatable, Sendable {
        let mechanism: String?
        let user: String?
    }

    /// Whether nothing has come, and nothing is on its way, for a recipient.
    ///
    /// A message that is sent now and arrives comes after everything that the server had taken before.
    func hasNothing(for recipient: String) async throws -> Bool {
        let marker = MailAccount.recipient()
        let session = try SMTPSession(port: self.backendPort)
        _ = try await session.reply()
        for command in ["EHLO localhost", "XCLIENT LOGIN=marker@example.test", "EHLO localhost", "MAIL FROM:<>"] {
            _ = try await session.command(command)
        }
        _ = try await session.command("RCPT TO:<\(marker)>")
        _ = try await session.command("DATA")
        _ = try await session.command(".")
        _ = try await self.message(to: marker)
        // A refusal and a warning may name the recipient too, but no message.
        let isTaken = self.log.split(separator: "\n")
            .contains { $0.contains(" to=<\(recipient)>") && !$0.contains(" NOQUEUE: ") }
        return !isTaken && self.messages(to: recipient).isEmpty
    }
}
