/// One mail transaction as the relay sees it between the application and a session with the mail server.
struct Transaction: Hashable, Sendable {
    /// What became of MAIL.
    enum Sender: Hashable, Sendable {
        /// Answered by us, not sent yet.
        case held
        /// Sent, and not answered: until then all of the transaction can be repeated on another session.
        case sent
        case accepted
        case refused(Reply)
    }

    /// What was sent behind a MAIL that isn't answered.
    enum Request: Hashable, Sendable {
        case recipient(EnvelopeAddress)
        case data
    }

    var mail: EnvelopeAddress
    var sender = Sender.held
    var repeatable: [Request] = []
    /// Whether the session had served others before: then it may have died of old age, which isn't the client's concern.
    var isSessionReused = false
    var hasBeenRepeated = false
    /// Whether MAIL was answered by us, before the mail server was asked.
    var isMailAnsweredByUs = false
    /// Whether its end is counted already: by a refusal after which the application may still say something.
    var isCounted = false
    var recipientsAsked = 0
    var recipientsAccepted = 0

    /// The mail server has refused MAIL, and the application was told so in reply to it.
    var hasOpenRefusal: Bool {
        if case .refused = sender { !isMailAnsweredByUs } else { false }
    }

    /// The transaction's session has state that RSET must clear before somebody else gets it.
    var needsReset: Bool {
        switch sender {
        case .held, .refused: false
        case .sent, .accepted: true
        }
    }
}
