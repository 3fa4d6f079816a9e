import DestinationModel
import RelayRoutes

/// The routes that the relay Services ask for, against those that a relay has.
struct RouteComparison: Hashable, Sendable {
    /// Routes that are asked for and that the relay doesn't have.
    private(set) var unknown: [Route] = []
    /// Routes that it has and nobody asks for.
    private(set) var surplus: [Route] = []
    /// Routes that lead elsewhere than they are asked to.
    private(set) var different: [Route] = []

    init(_ wanted: RoutingTable, _ page: RelayPage) {
        for port in wanted.ports.sorted() {
            guard case .served(let claim)? = wanted[port] else { continue }
            guard let report = page.routes[port] else {
                unknown.append(claim.route)
                continue
            }
            if report.route != claim.route || report.owner != claim.owner { different.append(claim.route) }
        }
        for (port, report) in page.routes.sorted(by: { $0.key < $1.key }) where wanted[port] == nil {
            surplus.append(report.route)
        }
    }

    var isEqual: Bool { unknown.isEmpty && surplus.isEmpty && different.isEmpty }
}
