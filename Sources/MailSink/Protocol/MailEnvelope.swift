/// What MAIL and RCPT said of a message.
public struct MailEnvelope: Sendable, Hashable {
    /// What one RCPT said.
    public struct Recipient: Sendable, Hashable {
        /// The path without its angle brackets.
        public var address: String
        /// What followed the path.
        public var parameters: [MailParameter]
    }

    /// Empty for the null sender `<>`.
    public var sender: String
    /// What followed the sender.
    public var parameters: [MailParameter]
    /// In the order in which they were accepted.
    public var recipients: [Recipient] = []

    var addresses: [String] {
        [sender] + recipients.map(\.address)
    }
}
