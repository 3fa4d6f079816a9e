import DestinationController
internal import DestinationModel
import Kubernetes
import Telemetry

/// What is counted and shown of the controller's work. Of Destinations, tenants and the like only the leader tells, and when
/// leadership goes they are gone. May be used from any thread.
final class ControllerMetrics: Sendable {
    /// Where the controller writes down how it fares.
    let board: ControllerBoard

    private let destinations: MetricFamily<Gauge>
    private let tenants: MetricFamily<Gauge>
    private let ports: MetricFamily<Gauge>
    private let queueLength: MetricFamily<Gauge>
    private let oldestQueued: MetricFamily<Gauge>
    private let watchConnected: MetricFamily<Gauge>
    private let relays: MetricFamily<Gauge>
    private let lastResync: MetricFamily<Gauge>
    private let available: MetricFamily<Gauge>
    private let problems: MetricFamily<Gauge>

    init(_ registry: MetricsRegistry) throws {
        let reconciles = try registry.counter(
            "tproxy_manager_reconciles_total",
            help: "Times that a Destination was looked at; what failed is tried again.",
            labels: ["result"]
        )
        let (done, failed) = (try reconciles.metric("done"), try reconciles.metric("failed"))
        let duration = try registry.histogram(
            "tproxy_manager_reconcile_seconds",
            help: "How long it took to look at a Destination and write what had changed."
        ).metric()
        let writes = try registry.counter(
            "tproxy_manager_writes_total",
            help: "Writes of the controller to the cluster.",
            labels: ["kind"]
        )
        let counters = try Dictionary(
            uniqueKeysWithValues: WrittenKind.allCases.map { ($0, try writes.metric($0.rawValue)) }
        )
        board = ControllerBoard { event in
            switch event {
            case .reconciled(let succeeded, let time):
                (succeeded ? done : failed).increment()
                duration.record(time)
            case .wrote(let kind):
                counters[kind]?.increment()
            }
        }
        destinations = try registry.gauge(
            "tp_destination_crs",
            help: "Destinations by the status of their condition Available; only the leader says it.",
            labels: ["Available"]
        )
        tenants = try registry.gauge(
            "tproxy_manager_tenants",
            help: "Tenants by their state in the status; only the leader says it.",
            labels: ["state"]
        )
        ports = try registry.gauge(
            "tproxy_manager_ports",
            help: "Relay ports by what they are doing; only the leader says it.",
            labels: ["state"]
        )
        queueLength = try registry.gauge(
            "tproxy_manager_queue_length",
            help: "Destinations that wait to be looked at; only the leader says it."
        )
        oldestQueued = try registry.gauge(
            "tproxy_manager_oldest_queued_seconds",
            help: "How long the Destination that waits longest has been waiting; only the leader says it."
        )
        watchConnected = try registry.gauge(
            "tproxy_manager_watch_connected",
            help: "1 while changes of these resources are heard of; only the leader says it.",
            labels: ["resource"]
        )
        relays = try registry.gauge(
            "tproxy_manager_relays",
            help: "Relays that are ready, and those of them that say what they serve; only the leader says it.",
            labels: ["state"]
        )
        lastResync = try registry.gauge(
            "tproxy_manager_last_resync_timestamp_seconds",
            help: "When all Destinations were last looked at anew, in seconds since 1970; only the leader says it."
        )
        available = try registry.gauge(
            "tproxy_manager_destination_available",
            help: "1 while the Destination is Available, else 0; only the leader says it.",
            labels: ["namespace", "destination"]
        )
        problems = try registry.gauge(
            "tproxy_manager_tenant_problem",
            help: "1 for each tenant that is not ready, with the reason; only the leader says it.",
            labels: ["namespace", "destination", "tenant", "reason"]
        )
        registry.add(self)
    }
}

extension ControllerMetrics: MetricSource {
    func collect(into collector: inout MetricsCollector) {
        guard let snapshot = board.snapshot else { return }
        collectWork(snapshot, into: &collector)
        let availability = snapshot.availability
        collector.add(destinations, .none, "True", value: Double(availability.yes))
        collector.add(destinations, .none, "False", value: Double(availability.no))
        collector.add(destinations, .none, "Unknown", value: Double(availability.unknown))
        for state in TenantStatus.State.allCases {
            collector.add(tenants, .none, state.rawValue.lowercased(), value: Double(snapshot.tenants(state)))
        }
        for (key, summary) in snapshot.destinations.sorted(by: { $0.key < $1.key }) {
            guard let summary else { continue }
            collector.add(available, .none, key.namespace, key.name, value: summary.isAvailable ? 1 : 0)
            for problem in summary.problems {
                collector.add(problems, .none, key.namespace, key.name, problem.tenant ?? "", problem.reason, value: 1)
            }
        }
    }

    private func collectWork(_ snapshot: ControllerSnapshot, into collector: inout MetricsCollector) {
        if let ports = snapshot.ports {
            collector.add(self.ports, .none, "served", value: Double(ports.served))
            collector.add(self.ports, .none, "quarantined", value: Double(ports.quarantined))
            collector.add(self.ports, .none, "free", value: Double(ports.free))
        }
        collector.add(queueLength, value: Double(snapshot.queueLength))
        collector.add(oldestQueued, value: snapshot.oldestQueuedAge(at: .now) / .seconds(1))
        for (resource, condition) in snapshot.watches.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            collector.add(watchConnected, .none, resource.rawValue, value: condition.isConnected ? 1 : 0)
        }
        collector.add(relays, .none, "ready", value: Double(snapshot.relays.ready))
        collector.add(relays, .none, "reporting", value: Double(snapshot.relays.reporting))
        if let time = snapshot.lastResync { collector.add(lastResync, value: Double(time.microseconds) / 1_000_000) }
    }
}
