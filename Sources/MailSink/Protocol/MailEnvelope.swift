/// What MAIL and RCPT said of a message.
public struct MailEnvelope: Sendable, Hashable {
    public struct Recipient: Sendable, Hashable {
        public var address: String
        public var parameters: [MailParameter]
    }

    /// Empty for the null sender `<>`.
    public var sender: String
    public var parameters: [MailParameter]
    /// In the order in which they were accepted.
    public var recipients: [Recipient] = []

    var addresses: [String] {
        [sender] + recipients.map(\.address)
    }
}
