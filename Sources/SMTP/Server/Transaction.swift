/// One mail transaction as the relay sees it between the application and a session with the mail server.
struct Transaction: Hashable, Sendable {
    /// What became of MAIL upstream.
    enum Sender: Hashable, Sendable {
        /// Not sent: the transaction has no session.
        case held
        /// Sent, and not answered.
        case sent
        case accepted
        case refused(Reply)
    }

    /// What follows MAIL in the envelope.
    enum Request: Hashable, Sendable {
        case recipient(EnvelopeAddress)
        case data

        var isRecipient: Bool {
            switch self {
            case .recipient: true
            case .data: false
            }
        }
    }

    var mail: EnvelopeAddress
    var sender = Sender.held
    /// All requests, until one of the recipients is answered: until then the envelope can move to another session.
    var repeatable: [Request] = []
    /// Whether a reply to a recipient went to the client: from then on nothing is repeated.
    var isRecipientAnswered = false
    /// Whether the session had served others before: it may be dead without the client's doing.
    var isSessionReused = false
    /// Why the envelope has left its last session, where it has moved.
    var lastEnd: Rejection?
    /// Whether the client was told 250 for MAIL: a refusal of the sender is then the reply to RCPT.
    var isSenderPromised = false
    /// Whether its end is counted already: by a refusal after which the application may still say something.
    var isCounted = false
    var recipientsAsked = 0
    var recipientsAccepted = 0
    var recipientsRefused = 0

    /// The mail server has refused MAIL, and the client was told in reply to it.
    var hasOpenRefusal: Bool {
        if case .refused = sender { !isSenderPromised } else { false }
    }

    /// The transaction's session has state that RSET must clear before somebody else gets it.
    var needsReset: Bool {
        switch sender {
        case .held, .refused: false
        case .sent, .accepted: true
        }
    }

    /// Whether a refusal of MAIL may be the last word of a session that is dead: it had served others, and the refusal
    /// is a temporary one. What the session says next decides.
    var isRefusalInDoubt: Bool {
        switch sender {
        case .refused(let reply): isSessionReused && reply.isTransient && !isRecipientAnswered
        case .held, .sent, .accepted: false
        }
    }
}

/// Which session an envelope needs.
public enum SessionNeed: Hashable, Sendable {
    /// Any.
    case any
    /// One that is new or has served since, in place of a session that had served others and is dead.
    case replacement
    /// Another one, after a pause: the mail server has ended a new session, or asked for fewer messages.
    case retry
    /// Another one, after a longer pause: a new session was lost without a word, maybe because of this envelope.
    case another
}
