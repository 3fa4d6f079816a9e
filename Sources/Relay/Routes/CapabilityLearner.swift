import SMTP

/// Borrows a session for a moment, to see what the mail server offers.
final class CapabilityLearner: SessionUser {
    func sessionReplied(_ expectation: ClientExpectation, _ reply: Reply) {}
    func sessionLost(_ failure: UpstreamFailure) {}
    func sessionWritabilityChanged() {}
}
