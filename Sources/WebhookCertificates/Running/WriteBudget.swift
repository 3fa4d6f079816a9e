/// How often may be written. Who else than us changes the objects at every turn, such as a tool that puts an old
/// version back, shall not drag us into a race. Pure.
struct WriteBudget: Sendable {
    private static let most = 20.0
    private static let perSecond = 0.2

    private var left = most
    private var counted: ContinuousClock.Instant

    init(now: ContinuousClock.Instant) {
        counted = now
    }

    /// Takes one write out, or says how long to wait for it.
    mutating func take(now: ContinuousClock.Instant) -> Duration? {
        left = min(Self.most, left + max(0, (now - counted) / .seconds(1)) * Self.perSecond)
        counted = now
        guard left >= 1 else { return .seconds((1 - left) / Self.perSecond) }
        left -= 1
        return nil
    }
}
