extension Reply {
    /// Whether a 4yz says that the session has carried as many messages as the server allows it: LIMITS MAILMAX (RFC 9422)
    /// in words, such as Exim's "too many messages in this connection". A fresh session takes the next message.
    public var reportsMessageLimit: Bool {
        guard isTransient else { return false }
        let text = text.lowercased()
        guard text.contains("message") else { return false }
        let isLimit = ["too many", "max", "limit", "exceed"].contains { text.contains($0) }
        let isOfSession = ["session", "connection", "maximum number of messages"].contains { text.contains($0) }
        return isLimit && isOfSession
    }
}
