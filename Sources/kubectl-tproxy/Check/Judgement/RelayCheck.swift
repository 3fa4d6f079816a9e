/// Are relays ready, and do they hear what they need?
struct RelayCheck {
    /// The part of its connections from which on a relay is near its limit, as for the alert.
    private static let muchOfLimit = 0.8

    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var namespace: String { facts.scope.systemNamespace }
    private let selector = "-l app.kubernetes.io/name=tproxy-relay"

    var section: CheckSection {
        var section = CheckSection("Relay", "ready")
        if let pods = section.take(facts.pods, "list pods in \(namespace)")?.of(.relay) { judge(pods, &section) }
        for (pod, observed) in facts.relays.sorted(by: { $0.key < $1.key }) {
            guard let page = try? observed.get() else { continue }
            judge(page, of: pod, &section)
        }
        return section
    }

    private func judge(_ pods: [ServerPod], _ section: inout CheckSection) {
        let ready = pods.filter(\.isReady)
        section.summary = "\(ready.count) of \(pods.count) ready"
        guard !ready.isEmpty else {
            let trouble = pods.compactMap(\.trouble).first.map { ": \($0)" } ?? ""
            section.find(
                .noRelayReady,
                pods.isEmpty ? "there is no relay" : "none of \(pods.count) relays is ready\(trouble)",
                mend: pods.isEmpty
                    ? "kubectl apply -k manifests" : "kubectl describe pods -n \(namespace) \(selector)"
            )
            return
        }
        for pod in pods where !pod.isReady {
            section.find(
                .serverDown,
                "the relay \(pod.name) isn't ready" + (pod.trouble.map { ": \($0)" } ?? ""),
                mend: "kubectl describe pod -n \(namespace) \(pod.name)"
            )
        }
    }

    private func judge(_ page: RelayPage, of pod: String, _ section: inout CheckSection) {
        if page.metrics["tproxy_relay_watch_connected"].contains(where: { $0.value == 0 }) {
            section.find(
                .relayNotInStep,
                "the relay \(pod) gets no news of its routes",
                mend: "kubectl logs -n \(namespace) \(pod) | grep -i watch"
            )
        }
        if let limit = page.metrics["tproxy_connection_limit"].first(where: { $0.label == "relay" })?.value,
            let open = page.metrics.sum("tp_open_tcp_connections"), open > limit * Self.muchOfLimit,
            let open = Int(exactly: open), let limit = Int(exactly: limit)
        {
            section.find(
                .connectionsNearLimit,
                "applications have \(open) connections to the relay \(pod), which takes \(limit)",
                mend: "kubectl scale -n \(namespace) deployment/tproxy-relay --replicas=\(facts.relays.count + 1)"
            )
        }
    }
}
