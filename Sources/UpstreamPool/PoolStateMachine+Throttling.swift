extension PoolStateMachine {
    /// The server has said on a lent session that it gets too much of this pool: one session less for a while. The session
    /// is closed when it's released, unless it is the only one.
    public mutating func throttled(_ id: SessionID, at now: Instant) {
        guard case .lent = sessions[id]?.state else { return }
        let rest = min(cap(at: now), established) - 1
        if rest >= 1 { sessions[id]?.retirement = .throttled }
        learnedCap = (max(1, rest), now + limits.learnedCap)
    }

    /// A lent session is closed when it's released.
    public mutating func retire(_ id: SessionID, _ reason: Retirement) {
        guard case .lent = sessions[id]?.state else { return }
        sessions[id]?.retirement = reason
    }
}
