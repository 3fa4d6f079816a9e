/// Keeps a service that is down from being asked for every destination in turn.
///
/// Pure. It closes when several destinations in a row have failed: one that always fails says nothing about the others.
/// After a pause, which grows, one look-up finds out whether the service is back.
struct ServiceGate {
    /// How many different destinations must fail before the service counts as down.
    static let limit = 3
    /// The longest pause, unless the service itself asks for more.
    static let longestPause = 30

    private var failing: Set<LookUpCache.Key> = []
    private var pauses = 0
    private var closedUntil: ContinuousClock.Instant?
    private(set) var lastFailure: (key: LookUpCache.Key, failure: LookUpFailure)?

    enum State {
        /// All may pass.
        case open
        /// One may pass.
        case ajar
        /// None may pass.
        case closed
    }

    func state(_ now: ContinuousClock.Instant) -> State {
        guard let closedUntil else { return .open }
        return now < closedUntil ? .closed : .ajar
    }

    /// The service works, whatever it has said.
    mutating func succeeded() { self = ServiceGate() }

    /// The service failed. `jitter`: 0 to 1, so that replicas don't come back all at once.
    mutating func failed(
        _ key: LookUpCache.Key,
        _ failure: LookUpFailure,
        _ now: ContinuousClock.Instant,
        jitter: Double
    ) {
        lastFailure = (key, failure)
        if failing.count < Self.limit { failing.insert(key) }
        // Those who were under way when it closed bring no news.
        guard state(now) != .closed || failure.retryAfter != nil else { return }
        let isDown = failing.count >= Self.limit || closedUntil != nil
        guard isDown || failure.retryAfter != nil else { return }
        if isDown { pauses = min(pauses + 1, 16) }
        let pause = Duration.seconds(min(1 << max(pauses - 1, 0), Self.longestPause)) * (1 - 0.2 * jitter)
        let end = now + max(isDown ? pause : .zero, failure.retryAfter ?? .zero)
        closedUntil = max(end, closedUntil ?? end)
    }
}
