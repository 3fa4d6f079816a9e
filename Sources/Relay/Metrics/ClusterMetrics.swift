import Glibc
import Kubernetes
import Synchronization
import Telemetry

/// What is measured of a relay that takes its routes from a cluster. May be used from any thread.
final class ClusterMetrics: Sendable {
    private struct State {
        var conflicting: Set<Int> = []
        var isConnected = false
        var interruption: KubernetesError?
        var syncedAt: Double?
        var failedPorts = 0
    }

    private let state = Mutex(State())
    private let routes: MetricFamily<Gauge>
    private let connected: MetricFamily<Gauge>
    private let synced: MetricFamily<Gauge>
    private let reloads: (done: Counter, failed: Counter)
    private let openCount: @Sendable () -> Int

    /// - Parameter openCount: tells how many routes are open.
    init(_ registry: MetricsRegistry, openCount: @escaping @Sendable () -> Int) throws {
        self.openCount = openCount
        routes = try registry.gauge(
            "tproxy_relay_routes",
            help: "Routes by state: open, failed where the port can't be had, conflicting where Services contradict.",
            labels: ["state"]
        )
        connected = try registry.gauge(
            "tproxy_relay_watch_connected",
            help: "1 while changes of the routes are seen; while it is 0, the known ones serve on."
        )
        synced = try registry.gauge(
            "tproxy_relay_routes_synced_timestamp_seconds",
            help: "When the whole list of routes was read last, in seconds since 1970."
        )
        let reloads = try registry.counter(
            "tproxy_relay_reloads_total",
            help: "Readings of the changed configuration file.",
            labels: ["result"]
        )
        self.reloads = (try reloads.metric("done"), try reloads.metric("failed"))
        registry.add(self)
    }

    func reloaded(succeeded: Bool) {
        (succeeded ? reloads.done : reloads.failed).increment()
    }

    func watched(_ event: WatchEvent) {
        switch event {
        case .synced:
            let now = Self.now
            state.withLock { state in
                state.isConnected = true
                state.interruption = nil
                state.syncedAt = now
            }
        case .resumed:
            state.withLock { state in
                state.isConnected = true
                state.interruption = nil
            }
        case .interrupted(let error):
            state.withLock { state in
                state.isConnected = false
                state.interruption = error
            }
        case .restarted, .present, .unreadable, .deleted:
            break
        }
    }

    /// Why the routes can't be read, while that's so.
    var interruption: KubernetesError? { state.withLock { $0.interruption } }

    /// Whether there ever was a whole list.
    var isSynced: Bool { state.withLock { $0.syncedAt != nil } }

    /// Says whether Services contradict each other about a port.
    /// - Returns: whether that is new.
    @discardableResult
    func conflicts(_ conflicts: Bool, port: Int) -> Bool {
        state.withLock { state in
            conflicts ? state.conflicting.insert(port).inserted : state.conflicting.remove(port) != nil
        }
    }

    /// How many ports can't be had.
    var failedPortCount: Int {
        get { state.withLock { $0.failedPorts } }
        set { state.withLock { $0.failedPorts = newValue } }
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension ClusterMetrics: MetricSource {
    func collect(into collector: inout MetricsCollector) {
        let state = state.withLock { $0 }
        collector.add(routes, .none, "open", value: Double(openCount()))
        collector.add(routes, .none, "failed", value: Double(state.failedPorts))
        collector.add(routes, .none, "conflicting", value: Double(state.conflicting.count))
        collector.add(connected, value: state.isConnected ? 1 : 0)
        if let time = state.syncedAt { collector.add(synced, value: time) }
    }
}
