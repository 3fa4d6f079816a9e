/// Why a session with a mail server can't be established, or can't go on.
public enum ClientFailure: Hashable, Sendable, Error {
    /// EHLO was answered with a refusal.
    case refused(Reply)
    /// No mechanism that we may use is offered. Only those are listed that the relay speaks.
    case noMechanism(offered: [SASLMechanism])
    /// The login was refused for good (5yz).
    case loginRefused(SASLMechanism, Reply)
    /// The login can't be had now (4yz).
    case loginDeferred(SASLMechanism, Reply)
    /// The server sent what is no reply.
    case malformed(ReplyParser.Malformation)
    /// The server sent a reply that nothing asked for.
    case unexpectedReply(Reply)
    /// The greeting was a refusal: a word about the connection, for nothing has been said about us yet.
    case greetingRefused(Reply)
    /// The server greets in plain text where TLS is due.
    case greetedWithoutTLS(Reply)
    /// The server sent what is neither TLS nor a reply.
    case notTLS

    /// Whether the server has judged the credentials and doesn't want them. Other refusals of a login are about the
    /// mechanism.
    public var areCredentialsRefused: Bool {
        switch self {
        case .loginRefused(_, let reply): !reply.refusesMechanism
        case .refused, .noMechanism, .loginDeferred, .malformed, .unexpectedReply, .greetingRefused, .greetedWithoutTLS,
            .notTLS:
            false
        }
    }

    /// Whether this says that the server has too many sessions of ours: a 421, or Office 365's 432, before the login is
    /// through.
    public var isTooManySessions: Bool {
        switch self {
        case .greetingRefused(let reply), .refused(let reply), .loginDeferred(_, let reply):
            reply.code == 421 || reply.code == 432
        case .noMechanism, .loginRefused, .malformed, .unexpectedReply, .greetedWithoutTLS, .notTLS: false
        }
    }
}
