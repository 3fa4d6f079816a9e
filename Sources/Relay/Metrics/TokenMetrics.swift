import DestinationSources
import Synchronization
import Telemetry

/// What is counted of requests to token services. May be used from any thread.
final class TokenMetrics: Sendable {
    private let fetched: Counter
    private let failed: Counter
    private let lastFetch: LastFetch

    /// A place for a time, so that the registry's closure need not hold the metrics themselves.
    private final class LastFetch: Sendable {
        let time = Mutex<ContinuousClock.Instant?>(nil)
    }

    init(_ registry: MetricsRegistry) throws {
        let fetches = try registry.counter(
            "tproxy_token_fetches_total",
            help: "Requests to token services, by result.",
            labels: ["result"]
        )
        fetched = try fetches.metric("fetched")
        failed = try fetches.metric("failed")
        let lastFetch = LastFetch()
        self.lastFetch = lastFetch
        try registry.gauge("tproxy_token_age_seconds", help: "How long ago a token was fetched last.") {
            lastFetch.time.withLock { $0 }.map { (ContinuousClock.now - $0) / .seconds(1) }
        }
    }

    /// A request has ended.
    func fetched(_ error: TokenError?) {
        guard error == nil else { return failed.increment() }
        fetched.increment()
        lastFetch.time.withLock { $0 = .now }
    }
}
