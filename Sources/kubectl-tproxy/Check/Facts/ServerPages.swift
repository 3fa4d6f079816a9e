import ObjectModel
import RelayRoutes

/// What a manager says of itself.
struct ManagerPage: Hashable, Sendable {
    /// `/status`.
    var status: ObjectValue
    /// `/metrics`; none where the configuration has it switched off.
    var metrics: MetricValues

    var isLeading: Bool { status["leading"] == .bool(true) }
    var version: String? { status["version"]?.stringValue }
    var oldestQueuedSeconds: Int? { status["queue"]?["oldestSeconds"]?.integerValue }

    /// What it gets no news of.
    var deafWatches: [String] {
        (status["watches"]?.objectValue ?? [:]).filter { $0.value["connected"] == .bool(false) }.keys.sorted()
    }
}

/// What a relay says of itself.
struct RelayPage: Hashable, Sendable {
    /// `/routes`, by port.
    var routes: [Int: RouteReport]
    var metrics: MetricValues

    init(routes: [RouteReport], metrics: MetricValues = MetricValues("")) {
        self.routes = Dictionary(routes.map { ($0.port, $0) }) { first, _ in first }
        self.metrics = metrics
    }
}
