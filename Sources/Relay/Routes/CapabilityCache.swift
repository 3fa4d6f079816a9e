import NIOCore
import SMTP

/// What a route's mail server offers, and when to ask it. Pure: the time comes in.
struct CapabilityCache {
    /// The answer to a client's EHLO.
    enum Answer: Hashable {
        case known(Capabilities)
        /// Not known; what the route's last session offered, if there was one.
        case unknown(Capabilities?)
        /// Not known yet.
        case pending
    }

    /// After a probe that failed, the next one begins so much later at the earliest.
    static let retryAfter = TimeAmount.seconds(10)

    private var current: Capabilities?
    /// Those of the destination as it was before.
    private var former: Capabilities?
    private var isProbing = false
    /// When the mail server was last found not to answer.
    private var failure: NIODeadline?

    /// A client has said EHLO.
    /// - Returns: what to answer, and whether to begin a probe, which ends with ``probeEnded(_:at:)``.
    mutating func ask(at now: NIODeadline) -> (answer: Answer, startsProbe: Bool) {
        if let current { return (.known(current), false) }
        let isDue = failure.map { now >= $0 + Self.retryAfter } ?? true
        let startsProbe = isDue && !isProbing
        if startsProbe { isProbing = true }
        return (failure == nil ? .pending : .unknown(former), startsProbe)
    }

    /// What those who wait are answered when they have waited long enough. Others don't wait until it's known.
    mutating func waitLimitReached(at now: NIODeadline) -> Answer {
        if let current { return .known(current) }
        failure = now
        return .unknown(former)
    }

    /// A probe has ended.
    /// - Parameter capabilities: nil when it got no session.
    /// - Returns: what those who wait are answered.
    mutating func probeEnded(_ capabilities: Capabilities?, at now: NIODeadline) -> Answer {
        isProbing = false
        if let capabilities { learned(capabilities) }
        return waitLimitReached(at: now)
    }

    /// A session is open.
    mutating func learned(_ capabilities: Capabilities) {
        current = capabilities
        failure = nil
    }

    /// The destination is another one.
    mutating func destinationChanged() {
        former = current ?? former
        current = nil
        failure = nil
    }
}
