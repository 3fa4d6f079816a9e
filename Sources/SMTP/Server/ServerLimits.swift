/// What an application may ask for, and how the relay deals with it.
public struct ServerLimits: Hashable, Sendable {
    /// Octets in a message; zero for no limit of ours.
    public var messageLimit = 157_286_400
    /// Bytes in a line of text with its end; zero for no limit of ours (RFC 5321 §4.5.3.1 wants limits avoided, and the
    /// mail server has its own).
    public var textLineLimit = 0
    /// Recipients in a transaction; RFC 5321 §4.5.3.1.8 asks for at least 100.
    public var recipientLimit = 1000
    /// Commands refused for their form or order before the connection is closed.
    public var errorLimit = 20
    /// Blank lines and other things that do nothing, in a row, before the connection is closed.
    public var idleCommandLimit = 200
    /// Whether MAIL is answered by us and goes to the mail server with the first RCPT. Saves a round trip per message;
    /// a refused sender is then the reply to RCPT.
    public var answersMailLocally = true

    /// The defaults.
    public init() {}
}
