/// What a ``DestinationServiceSource`` knows, in numbers for metrics.
public struct DestinationServiceStatistics: Hashable, Sendable {
    /// Destinations that are kept, good ones and missing ones.
    public var kept = 0
    /// Those that serve on although their last look-up failed.
    public var stale = 0
    /// Those that nothing good is known of.
    public var failing = 0
    /// Look-ups that are under way.
    public var running = 0
    /// Look-ups that wait for their turn.
    public var waiting = 0
    /// Whether the service is down and left alone.
    public var isDown = false
    /// How long ago the oldest answer that serves was fetched; nil if there is none.
    public var oldestAnswer: Duration?
}

extension LookUpCache {
    func statistics(_ now: ContinuousClock.Instant) -> DestinationServiceStatistics {
        var statistics = DestinationServiceStatistics()
        statistics.kept = entries.count
        for entry in entries.values {
            if entry.isStale { statistics.stale += 1 }
            if entry.held == nil, entry.error != nil { statistics.failing += 1 }
            if let held = entry.held {
                statistics.oldestAnswer = max(statistics.oldestAnswer ?? .zero, now - held.fetchedAt)
            }
        }
        statistics.running = running
        statistics.waiting = queue.count
        statistics.isDown = gate.state(now) != .open
        return statistics
    }
}
