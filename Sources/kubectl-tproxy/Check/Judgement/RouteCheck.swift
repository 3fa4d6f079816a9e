import DestinationModel
import ObjectModel
import RelayRoutes

/// Does every relay have the routes that it should have, and no others?
struct RouteCheck {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var namespace: String { facts.scope.systemNamespace }

    var section: CheckSection {
        var section = CheckSection("Routes", "every relay has each")
        guard let services = section.take(facts.services, "list services in \(namespace)") else { return section }
        let wanted = RoutingTable(services: services)
        judge(wanted, &section)
        for (pod, observed) in facts.relays.sorted(by: { $0.key < $1.key }) {
            guard let page = section.take(observed, "forward a port to the pod \(pod) in \(namespace)") else {
                continue
            }
            judge(RouteComparison(wanted, page), of: pod, &section)
            judge(page, of: pod, &section)
        }
        let count = wanted.ports.count { if case .served? = wanted[$0] { true } else { false } }
        section.summary = "every relay has each of \(count)"
        if facts.relays.isEmpty || count == 0 {
            section.rest(count == 0 ? "there are none" : "no relay to compare with")
        }
        return section
    }

    private func judge(_ wanted: RoutingTable, _ section: inout CheckSection) {
        for port in wanted.ports.sorted() {
            guard case .conflicting(let problem)? = wanted[port] else { continue }
            section.find(
                .routesConflicting,
                "nobody is served at the relay's port \(port): \(problem)",
                mend:
                    "kubectl get service -n \(namespace) \(RelayService.name(port: port)) -o yaml --show-managed-fields"
            )
        }
    }

    private func judge(_ comparison: RouteComparison, of pod: String, _ section: inout CheckSection) {
        let mend = "kubectl logs -n \(namespace) \(pod) | grep -i -e watch -e route"
        let cases = [
            ("doesn't know", comparison.unknown), ("still serves, though nobody asks for them,", comparison.surplus),
            ("leads elsewhere than it should", comparison.different),
        ]
        for (what, routes) in cases where !routes.isEmpty {
            section.find(.relayNotInStep, "the relay \(pod) \(what) \(Self.list(routes))", mend: mend)
        }
    }

    private func judge(_ page: RelayPage, of pod: String, _ section: inout CheckSection) {
        let failed = page.routes.values.filter { report in
            guard case .failed(let reason, _) = report.lookup else { return false }
            return reason == StatusReason.relayPortTaken
        }
        guard !failed.isEmpty else { return }
        section.find(
            .routesFailed,
            "the relay \(pod) can't have the ports of \(Self.list(failed.map(\.route).sorted()))",
            mend: "kubectl logs -n \(namespace) \(pod) | grep \"port can.t be opened\""
        )
    }

    /// `2 routes: shop/mail, shop/bills`.
    private static func list(_ routes: [Route]) -> String {
        let shown = routes.prefix(3).map(\.description).joined(separator: ", ")
        return "\(routes.count) \(routes.count == 1 ? "route" : "routes"): \(shown)" + (routes.count > 3 ? ", ..." : "")
    }
}

extension RoutingTable {
    /// What all Services of the install namespace say together.
    init(services: [ObjectValue]) {
        self.init()
        for service in services {
            guard let name = service["metadata"]?["name"]?.stringValue else { continue }
            _ = set(name, to: RelayServiceReading(service))
        }
    }
}
