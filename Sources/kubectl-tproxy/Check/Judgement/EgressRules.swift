import DestinationModel
import ObjectModel
import RelayRoutes

/// Do the NetworkPolicies of the install namespace let the servers out to the API server and to the mail servers?
///
/// What evidently works is no finding: not every network enforces policies, or behind a Service's port the same one.
struct EgressRules {
    private let facts: ClusterFacts
    private let policies: [ObjectValue]

    /// - Parameter policies: Those of the install namespace.
    init(_ facts: ClusterFacts, policies: [ObjectValue]) {
        self.facts = facts
        self.policies = policies
    }

    private var namespace: String { facts.scope.systemNamespace }

    /// Adds what is shut to the findings.
    func judge(_ section: inout CheckSection) {
        for server in ServerPod.Server.allCases where lacksAPIServer(server) {
            guard let ports = try? facts.apiServerPorts.get(), !ports.isEmpty,
                let policy = shut(server, ports: ports)
            else { continue }
            let list = ports.sorted().map(String.init).joined(separator: ", ")
            section.find(
                .shutOut,
                "the NetworkPolicy \(policy) doesn't let the \(server.title) out to the API server, which listens on \(list)",
                mend: "kubectl edit networkpolicy -n \(namespace) \(policy)   # or use the component egress-ports"
            )
        }
        for (port, route) in mailServers.sorted(by: { $0.key < $1.key }) {
            guard let policy = shut(.relay, ports: [port]) else { continue }
            section.find(
                .shutOut,
                "the NetworkPolicy \(policy) doesn't let the relay out to port \(port), where the mail server of \(route) "
                    + "listens",
                mend: "kubectl edit networkpolicy -n \(namespace) \(policy)   # or use the component egress-ports"
            )
        }
    }

    /// Whether a server seems not to reach the API server.
    private func lacksAPIServer(_ server: ServerPod.Server) -> Bool {
        switch server {
        case .manager, .relay:
            ((try? facts.pods.get()) ?? []).contains { $0.server == server && !$0.isLeaving && !$0.isReady }
        case .admission:
            facts.admissions.values.compactMap { try? $0.get() }.contains { metrics in
                metrics["tproxy_admission_destinations_complete"].contains { $0.value == 0 }
            }
        }
    }

    /// By port, a route whose mail server listens there. Left out are ports on which a login was good.
    private var mailServers: [Int: String] {
        var servers: [Int: String] = [:]
        var proven: Set<Int> = []
        for report in facts.relays.values.compactMap({ try? $0.get() }).flatMap(\.routes.values) {
            guard let port = report.mailServerPort else { continue }
            let route = report.route
            servers[port] = min(servers[port] ?? route.description, route.description)
            let isGood = facts.trials.tried.contains {
                $0.namespace == route.namespace && $0.resource == route.resource && $0.tenant == route.tenant
                    && $0.answer == .good
            }
            if isGood { proven.insert(port) }
        }
        return servers.filter { !proven.contains($0.key) }
    }

    /// The name of a policy that keeps a server from all of these ports; `nil` where one of them is open.
    private func shut(_ server: ServerPod.Server, ports: Set<Int>) -> String? {
        let labels = [
            "app.kubernetes.io/name": server.rawValue, "app.kubernetes.io/component": server.title,
            "app.kubernetes.io/part-of": "tproxy",
        ]
        let restricting = policies.filter { policy in
            NetworkRules.restrictsEgress(policy)
                && (policy["spec"]?["podSelector"].map { NetworkRules.matches($0, labels) } ?? true)
        }
        let isOpen = restricting.map(NetworkRules.init(egressOf:)).contains { rules in
            ports.contains { rules.allows(port: $0, namespaceLabels: [:], podLabels: nil) }
        }
        guard !isOpen else { return nil }
        let names = restricting.compactMap { $0["metadata"]?["name"]?.stringValue }
        return names.first { $0 == server.rawValue } ?? names.min()
    }
}
