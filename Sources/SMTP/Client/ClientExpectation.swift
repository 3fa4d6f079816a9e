/// A reply that a session waits for.
public enum ClientExpectation: Hashable, Sendable {
    case greeting
    /// The reply to EHLO, or to HELO in its place.
    case ehlo
    case authentication
    case mail
    case recipient
    case data
    /// The verdict on the message, after the final dot.
    case endOfData
    /// RSET at the end of a transaction that didn't come to its final dot, or as a probe of an idle session.
    case reset
    case quit
}

extension ClientTimeLimits {
    /// How long to wait for `expectation`.
    public func limit(for expectation: ClientExpectation) -> Duration {
        switch expectation {
        case .greeting: greeting
        case .ehlo, .authentication: command
        case .mail: mail
        case .recipient: recipient
        case .data: dataInitiation
        case .endOfData: dataTermination
        case .reset: probe
        case .quit: closing
        }
    }
}
