/// What a temporary refusal says about the load of a login on the mail server, beyond the message at hand.
public enum Throttling: Hashable, Sendable, CaseIterable {
    /// Too many sessions at the same time.
    case sessions
    /// Too many messages, or too fast.
    case rate
    /// The session has carried as many messages as it may. Another one can go on at once.
    case messagesOfSession
}

extension Reply {
    /// What the reply says about the load; nil for all that isn't temporary, and for what is about the message, its
    /// addresses or a mailbox.
    ///
    /// Codes don't tell, except Exchange's 432: providers use 421, 450, 451, 452 and 454 for it with words of their own.
    public var throttling: Throttling? {
        guard isTransient else { return nil }
        let text = text.lowercased()
        // RFC 3463 §3.2, §3.3: an address or a mailbox, such as one that gets too much mail.
        guard !text.hasPrefix("4.1."), !text.hasPrefix("4.2."), !text.contains("recipient") else { return nil }
        let mentions = { (words: [String]) in words.contains { text.contains($0) } }
        let isExcess = mentions(["too many", "maximum", "limit", "exceed"])
        let isPeriod = mentions(["day", "daily", "hour", "minute", "second"])
        if isExcess, !isPeriod,
            mentions(["number of messages", "message count", "messages per", "messages in", "messages on"])
        {
            return .messagesOfSession
        }
        if code == 432 || isExcess && mentions(["concurrent", "simultaneous", "connections", "sessions"]) {
            return .sessions
        }
        if mentions(["throttl", "too fast", "too quickly", "slow down", "rate limit", "sending rate", "rate exceeded"])
        {
            return .rate
        }
        guard isExcess, mentions(["messages", "mails"]) else { return nil }
        // A 421 ends the session, which is what its server has in mind.
        return code == 421 && !isPeriod ? .messagesOfSession : .rate
    }
}
