import SMTP
import Telemetry

/// The limits of a relay that clients can reach.
enum RelayLimit: Hashable, Sendable, CaseIterable {
    case connection(ConnectionLimiter.Shares.Limit)
    case server(ServerLimit)
    /// Transactions that wait for a session of a pool.
    case poolWaiters
    /// How long one of them waits.
    case poolWait
    /// How long a client waits for a look-up of the destination.
    case lookUpTime
    /// Those of the metrics port.
    case metrics(OperationsLimits.Name)

    static var allCases: [RelayLimit] {
        ConnectionLimiter.Shares.Limit.allCases.map(Self.connection) + ServerLimit.allCases.map(Self.server)
            + [.poolWaiters, .poolWait, .lookUpTime] + OperationsLimits.Name.allCases.map(Self.metrics)
    }

    /// What the metric calls it.
    var label: String {
        switch self {
        case .connection(let limit): limit.rawValue
        case .server(let limit): limit.rawValue
        case .poolWaiters: "pool_waiters"
        case .poolWait: "pool_wait"
        case .lookUpTime: "lookup_time"
        case .metrics(.connections): "metrics_connections"
        case .metrics(.largeResponses): "metrics_responses"
        case .metrics(.stall): "metrics_stall"
        }
    }
}

/// Counts how often each limit is reached. May be used from any thread.
final class LimitMetrics: Sendable {
    private let counters: [RelayLimit: Counter]

    init(_ registry: MetricsRegistry) throws {
        let family = try registry.counter(
            "tproxy_relay_limits_reached_total",
            help: "Total requests that reached a limit, by limit.",
            labels: ["limit"]
        )
        counters = try Dictionary(
            uniqueKeysWithValues: RelayLimit.allCases.map { ($0, try family.metric($0.label)) }
        )
    }

    /// A limit was reached.
    func reached(_ limit: RelayLimit) {
        counters[limit]?.increment()
    }
}
