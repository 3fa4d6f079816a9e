import DestinationModel
import ObjectModel
import RelayRoutes

/// Do NetworkPolicies let the applications through to the relay, and the servers out?
///
/// The manager's own policy has to let each Destination's namespace in, and no policy of that namespace may keep all of
/// its pods from the relay's ports. A policy for some pods only is no finding: nobody knows which of them send mail.
struct AccessCheck {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var namespace: String { facts.scope.systemNamespace }

    var section: CheckSection {
        var section = CheckSection("Access", "applications are let through")
        let views = ((try? facts.destinations.get()) ?? []).filter { !$0.isBeingDeleted && !ports(of: $0).isEmpty }
        let systemPolicies = section.take(facts.systemPolicies, "list networkpolicies in \(namespace)")
        if let systemPolicies { EgressRules(facts, policies: systemPolicies).judge(&section) }
        guard !views.isEmpty else {
            section.rest("nobody has a port yet")
            return section
        }
        let labels = section.take(facts.namespaces, "list namespaces")
        if let policies = systemPolicies {
            for view in views { judgeOurs(view, policies, labels, &section) }
        }
        if let policies = section.take(facts.policies, "list networkpolicies of the Destinations' namespaces") {
            for (namespace, views) in Dictionary(grouping: views, by: \.namespace).sorted(by: { $0.key < $1.key }) {
                let policies = policies.filter { $0["metadata"]?["namespace"] == .string(namespace) }
                judgeTheirs(namespace, ports: Set(views.flatMap(ports(of:))), policies, labels, &section)
            }
        }
        return section
    }

    private func ports(of view: DestinationView) -> [Int] {
        view.status.tenants.filter { $0.status.state != .failed }.compactMap(\.status.relayPort)
    }

    // MARK: The manager's policies

    private func judgeOurs(
        _ view: DestinationView,
        _ policies: [ObjectValue],
        _ labels: [String: [String: String]]?,
        _ section: inout CheckSection
    ) {
        guard let uid = view.object["metadata"]?["uid"]?.stringValue else { return }
        let name = "destination-\(uid)"
        let place = "\(view.namespace)/\(view.name)"
        guard let policy = policies.first(where: { $0["metadata"]?["name"] == .string(name) }) else {
            section.find(
                .shutOut,
                "nobody is let in to the relay's ports of \(place): the NetworkPolicy \(name) is missing",
                mend:
                    "kubectl tproxy describe -n \(view.namespace) \(view.name)   # the manager makes it; does one lead?"
            )
            return
        }
        let own = labels?[view.namespace] ?? [NetworkRules.namespaceLabel: view.namespace]
        let rules = NetworkRules(ingressOf: policy)
        let shut = ports(of: view).filter { !rules.allows(port: $0, namespaceLabels: own, podLabels: nil) }
        guard !shut.isEmpty else { return }
        section.find(
            .shutOut,
            "the NetworkPolicy \(name) doesn't let pods of \(view.namespace) in to the relay's ports of \(place)",
            mend: own[NetworkRules.namespaceLabel] == nil
                ? "kubectl label namespace \(view.namespace) \(NetworkRules.namespaceLabel)=\(view.namespace)"
                : "kubectl delete networkpolicy -n \(namespace) \(name)   # the manager makes it anew"
        )
    }

    // MARK: The policies of applications' namespaces

    private func judgeTheirs(
        _ application: String,
        ports: Set<Int>,
        _ policies: [ObjectValue],
        _ labels: [String: [String: String]]?,
        _ section: inout CheckSection
    ) {
        let system = labels?[namespace] ?? [NetworkRules.namespaceLabel: namespace]
        let relay = [RelayService.podLabel.name: RelayService.podLabel.value]
        func allows(_ policies: [ObjectValue]) -> Bool {
            let rules = policies.map(NetworkRules.init(egressOf:))
            return ports.allSatisfy { port in
                rules.contains {
                    $0.allows(
                        port: port,
                        namespaceLabels: system,
                        podLabels: relay,
                        isSameNamespace: application == namespace
                    )
                }
            }
        }
        let restricting = policies.filter(NetworkRules.restrictsEgress)
        let general = restricting.filter { NetworkRules.selectsAllPods($0) }
        if !general.isEmpty, !allows(general) {
            let names = general.compactMap { $0["metadata"]?["name"]?.stringValue }.sorted().joined(separator: ", ")
            section.find(
                .shutOut,
                "pods of \(application) may not connect to the relay: the NetworkPolicy \(names) doesn't let them out to it",
                mend: "kubectl edit networkpolicy -n \(application) \(names.split(separator: ",").first ?? "")"
            )
            return
        }
        for policy in restricting where !NetworkRules.selectsAllPods(policy) && !allows(general + [policy]) {
            let name = policy["metadata"]?["name"]?.stringValue ?? ""
            section.notes.append(
                "the NetworkPolicy \(application)/\(name) keeps the pods that it selects from the relay"
            )
        }
    }
}
