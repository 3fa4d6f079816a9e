import SMTP

/// Whoever uses a session: the application's connection that has borrowed it.
///
/// All calls come on the session's event loop, and may come from inside a call to the session.
protocol SessionUser: AnyObject {
    /// The reply to one of the user's requests.
    func sessionReplied(_ expectation: ClientExpectation, _ reply: Reply)
    /// The session is gone; nothing more will come from it.
    func sessionLost(_ failure: UpstreamFailure)
    /// The mail server takes more, or is slow.
    func sessionWritabilityChanged()
}

/// Whoever keeps sessions: the pool.
protocol SessionOwner: AnyObject {
    func sessionEstablished(_ session: Session)
    /// The mail server has accepted the session's first message.
    func sessionConfirmed(_ session: Session)
    /// It never came to stand.
    func sessionFailed(_ session: Session, _ failure: UpstreamFailure)
    /// Its user has given it back, and it's ready for the next.
    func sessionFreed(_ session: Session)
    /// It broke while it was idle, and is being closed.
    func sessionBroken(_ session: Session)
    /// The answer to a probe.
    func sessionProbed(_ session: Session, isAlive: Bool)
    /// The channel is closed. The last call about the session.
    func sessionClosed(_ session: Session, wasCut: Bool)
}
