/// How a transaction ended, for counting.
public enum TransactionOutcome: Hashable, Sendable {
    /// The mail server took the message: octets of its text.
    case accepted(octets: Int)
    /// The mail server, or a rule of ours, said no.
    case refused(Stage)
    /// No session could be had, or it was lost before the final dot.
    case failed(Stage)
    /// The session was lost between the final dot and its reply: nobody knows (RFC 1047).
    case ambiguous
    /// The application gave up: RSET, QUIT, or it vanished.
    case abandoned(Stage)

    /// Where in the transaction it ended.
    public enum Stage: String, Hashable, Sendable, CaseIterable {
        case mail
        case recipient
        case data
        case content
        case endOfData = "end_of_data"
    }
}
