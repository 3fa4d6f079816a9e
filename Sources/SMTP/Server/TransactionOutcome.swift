/// How a transaction ended, for counters and log.
public enum TransactionOutcome: Hashable, Sendable {
    /// The mail server took the message: bytes of its text, and its reply.
    case accepted(octets: Int, Reply)
    /// The mail server, or a rule of ours, said no.
    case refused(Rejection)
    /// No session could be had, or it was lost before the final dot.
    case failed(Rejection)
    /// The session was lost between the final dot and its reply (RFC 1047). What the client heard.
    case ambiguous(Reply)
    /// The application gave up: RSET, QUIT, or it vanished.
    case abandoned(Stage)

    /// Where in the transaction it ended. It ended at ``mail`` if it never had a session.
    public enum Stage: String, Hashable, Sendable, CaseIterable {
        case mail
        case recipient
        case data
        case content
        case endOfData = "end_of_data"
    }
}

/// Why a message, or one of its recipients, is rejected.
public struct Rejection: Hashable, Sendable {
    /// Who or what is behind it.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        case mailServer = "refused by the mail server"
        case relay = "refused by the relay"
        case noSession = "no session with the mail server"
        case sessionEnded = "session ended by the mail server"
        case sessionLost = "session lost"
        case clientStalled = "client stalled while others waited"
    }

    /// Where in the transaction.
    public let stage: TransactionOutcome.Stage
    /// What the client hears.
    public let reply: Reply
    public let cause: Cause

    /// A rejection at this stage.
    public init(_ stage: TransactionOutcome.Stage, _ reply: Reply, _ cause: Cause) {
        self.stage = stage
        self.reply = reply
        self.cause = cause
    }
}
