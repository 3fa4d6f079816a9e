import DestinationSources
import Synchronization
import Telemetry

/// What is measured of the instances that destinations come from. May be used from any thread.
final class InstanceMetrics: Sendable {
    /// What was last seen of an instance.
    private struct Seen {
        var isUsable = false
        var statistics: DestinationServiceStatistics?
    }

    /// A result of an instance's, as labels.
    private struct Result: Hashable, Sendable {
        let instance: String
        let word: String
    }

    private let seen = Mutex<[String: Seen]>([:])
    private let lookUps = CounterTable<Result>()
    private let tokens = CounterTable<Result>()
    private let usable: MetricFamily<Gauge>
    private let down: MetricFamily<Gauge>
    private let lookUpsTotal: MetricFamily<Counter>
    private let tokensTotal: MetricFamily<Counter>
    private let cached: MetricFamily<Gauge>
    private let oldest: MetricFamily<Gauge>

    init(_ registry: MetricsRegistry) throws {
        usable = try registry.gauge(
            "tproxy_relay_instance_usable",
            help: "1 when the instance's binding or folder can be used as it stands now.",
            labels: ["instance"]
        )
        down = try registry.gauge(
            "tproxy_relay_destination_service_down",
            help: "1 while the Destination service fails and is left alone; known destinations serve on.",
            labels: ["instance"]
        )
        lookUpsTotal = try registry.counter(
            "tproxy_relay_service_lookups_total",
            help: "Requests for a destination to the Destination service, by result.",
            labels: ["instance", "result"]
        )
        tokensTotal = try registry.counter(
            "tproxy_relay_service_tokens_total",
            help: "Requests for the relay's own tokens for the Destination service, by result.",
            labels: ["instance", "result"]
        )
        cached = try registry.gauge(
            "tproxy_relay_destinations_cached",
            help:
                "Destinations by state: kept counts all, stale those whose last look-up failed, failing those without.",
            labels: ["instance", "state"]
        )
        oldest = try registry.gauge(
            "tproxy_relay_oldest_answer_seconds",
            help: "How long ago the oldest answer that serves was given.",
            labels: ["instance"]
        )
        registry.add(self)
    }

    func set(_ instance: String, isUsable: Bool) {
        seen.withLock { $0[instance, default: Seen()].isUsable = isUsable }
    }

    func set(_ instance: String, _ statistics: DestinationServiceStatistics?) {
        // One that was removed meanwhile is not seen any more.
        seen.withLock { if $0[instance] != nil { $0[instance]?.statistics = statistics } }
    }

    func remove(_ instance: String) {
        seen.withLock { $0[instance] = nil }
    }

    func lookedUp(_ instance: String, _ error: DestinationLookupError?) {
        lookUps.increment(Result(instance: instance, word: error?.code.word ?? "found"))
    }

    func fetched(_ instance: String, _ error: TokenError?) {
        tokens.increment(Result(instance: instance, word: error?.code.word ?? "fetched"))
    }
}

extension InstanceMetrics: MetricSource {
    func collect(into collector: inout MetricsCollector) {
        for (instance, seen) in seen.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            collector.add(usable, .none, instance, value: seen.isUsable ? 1 : 0)
            guard let statistics = seen.statistics else { continue }
            collector.add(down, .none, instance, value: statistics.isDown ? 1 : 0)
            collector.add(cached, .none, instance, "kept", value: Double(statistics.kept))
            collector.add(cached, .none, instance, "stale", value: Double(statistics.stale))
            collector.add(cached, .none, instance, "failing", value: Double(statistics.failing))
            if let age = statistics.oldestAnswer { collector.add(oldest, .none, instance, value: age / .seconds(1)) }
        }
        for (result, counter) in lookUps.counters {
            collector.add(lookUpsTotal, .none, result.instance, result.word, metric: counter)
        }
        for (result, counter) in tokens.counters {
            collector.add(tokensTotal, .none, result.instance, result.word, metric: counter)
        }
    }
}
