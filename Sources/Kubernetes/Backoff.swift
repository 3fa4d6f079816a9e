/// How long to wait before the next try: twice as long each time up to a limit, and never the same for two clients, so
/// that a server that comes back isn't run over by all of them at once. Pure: randomness comes from the caller.
public struct Backoff: Hashable, Sendable {
    /// The middle of the first wait.
    public let base: Duration
    /// No wait is longer.
    public let limit: Duration
    /// How far a wait strays from its middle, as a part of it, from 0 to 1.
    public let jitter: Double
    /// How many waits there were since the last success.
    public private(set) var attempt = 0

    /// - Parameters:
    ///   - base: The middle of the first wait.
    ///   - limit: The longest wait.
    ///   - jitter: How far a wait strays from its middle, as a part of it; clamped to 0…1.
    public init(base: Duration = .milliseconds(500), limit: Duration = .seconds(30), jitter: Double = 0.5) {
        self.base = max(base, .milliseconds(1))
        self.limit = max(limit, self.base)
        self.jitter = min(max(jitter, 0), 1)
    }

    /// The next wait.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        var middle = base
        for _ in 0..<min(attempt, 40) {
            middle *= 2
            guard middle < limit else { break }
        }
        attempt = min(attempt + 1, 1000)
        let stray = jitter == 0 ? 1 : Double.random(in: 1 - jitter...1 + jitter, using: &generator)
        return min(middle * stray, limit)
    }

    /// Starts anew after a success.
    public mutating func reset() {
        attempt = 0
    }
}
