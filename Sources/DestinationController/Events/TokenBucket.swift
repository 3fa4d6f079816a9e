/// How often something may be done: so many times at once, and so often in the long run. Pure.
struct TokenBucket: Hashable, Sendable {
    private let capacity: Double
    private let perSecond: Double
    private var left: Double
    private var counted: ContinuousClock.Instant

    init(capacity: Double, perSecond: Double, now: ContinuousClock.Instant) {
        self.capacity = capacity
        self.perSecond = perSecond
        left = capacity
        counted = now
    }

    /// Whether it may be done once more now.
    mutating func take(now: ContinuousClock.Instant) -> Bool {
        left = level(now)
        counted = max(counted, now)
        guard left >= 1 else { return false }
        left -= 1
        return true
    }

    /// Whether nothing of it is remembered any more.
    func isFull(now: ContinuousClock.Instant) -> Bool { level(now) >= capacity }

    private func level(_ now: ContinuousClock.Instant) -> Double {
        min(capacity, left + max(0, (now - counted) / .seconds(1)) * perSecond)
    }
}
