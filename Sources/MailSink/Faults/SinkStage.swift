/// Where in a session a ``SinkFault`` can strike.
public enum SinkStage: String, Sendable, Hashable, CaseIterable {
    /// The TCP connection was accepted; TLS has not begun. Replies and bytes go out in plaintext here.
    case connect
    /// The 220.
    case greeting
    /// EHLO or HELO.
    case hello
    /// The reply to the AUTH command itself: the verdict if it carried an initial response, else a 334.
    case authentication
    /// The reply to a line that a client sent to a 334.
    case authenticationResponse
    /// MAIL FROM; matched by the sender.
    case mail
    /// RCPT TO; matched by the recipient.
    case recipient
    /// DATA; matched by the sender and every accepted recipient.
    case data
    /// The first bytes of content have arrived. There is no reply of the sink's own here.
    case content
    /// CRLF.CRLF has arrived; matched by the sender and every accepted recipient.
    case endOfData
    case reset
    case noop
    case quit
}
