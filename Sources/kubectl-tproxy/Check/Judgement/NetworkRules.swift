import ObjectModel

/// The rules of a NetworkPolicy in one direction, as far as it is about TCP and pods.
///
/// What can't be judged from here, such as a range of addresses, counts as allowed, so that nothing is reported that
/// works.
struct NetworkRules {
    /// The label that every namespace has since Kubernetes 1.22.
    static let namespaceLabel = "kubernetes.io/metadata.name"

    private let rules: [ObjectValue]
    private let peersKey: String

    init(ingressOf policy: ObjectValue) {
        rules = policy["spec"]?["ingress"]?.arrayValue ?? []
        peersKey = "from"
    }

    init(egressOf policy: ObjectValue) {
        rules = policy["spec"]?["egress"]?.arrayValue ?? []
        peersKey = "to"
    }

    /// Whether pods that it selects may connect only to where its rules say.
    static func restrictsEgress(_ policy: ObjectValue) -> Bool {
        let spec = policy["spec"]
        guard let types = spec?["policyTypes"]?.arrayValue else { return spec?["egress"] != nil }
        return types.contains(.string("Egress"))
    }

    static func selectsAllPods(_ policy: ObjectValue) -> Bool {
        guard let selector = policy["spec"]?["podSelector"] else { return true }
        return matches(selector, [:])
    }

    /// Whether connections with such pods are allowed.
    ///
    /// - Parameters:
    ///   - port: The port of the pod that is connected to.
    ///   - namespaceLabels: Those of the other side's namespace.
    ///   - podLabels: Those of the other side's pods; `nil` for any pods, which a rule for some doesn't allow.
    ///   - isSameNamespace: Whether the other side is in the policy's namespace.
    func allows(
        port: Int,
        namespaceLabels: [String: String],
        podLabels: [String: String]?,
        isSameNamespace: Bool = false
    ) -> Bool {
        rules.contains { rule in
            Self.hasPort(port, rule["ports"])
                && hasPeer(rule[peersKey], namespaceLabels, podLabels, isSameNamespace)
        }
    }

    private static func hasPort(_ port: Int, _ ports: ObjectValue?) -> Bool {
        guard let ports = ports?.arrayValue, !ports.isEmpty else { return true }
        return ports.contains { entry in
            guard entry["protocol"]?.stringValue ?? "TCP" == "TCP" else { return false }
            guard let first = entry["port"] else { return true }
            guard let first = first.integerValue else { return false }
            return (first...max(first, entry["endPort"]?.integerValue ?? first)).contains(port)
        }
    }

    private func hasPeer(
        _ peers: ObjectValue?,
        _ namespaceLabels: [String: String],
        _ podLabels: [String: String]?,
        _ isSameNamespace: Bool
    ) -> Bool {
        guard let peers = peers?.arrayValue, !peers.isEmpty else { return true }
        return peers.contains { peer in
            if peer["ipBlock"] != nil { return true }
            let isInNamespace = peer["namespaceSelector"].map { Self.matches($0, namespaceLabels) } ?? isSameNamespace
            let isPod = peer["podSelector"].map { Self.matches($0, podLabels ?? [:]) } ?? true
            return isInNamespace && isPod
        }
    }

    /// Whether labels are what a label selector wants; an empty one wants nothing.
    static func matches(_ selector: ObjectValue, _ labels: [String: String]) -> Bool {
        let wanted = selector["matchLabels"]?.objectValue ?? [:]
        guard wanted.allSatisfy({ labels[$0.key] == $0.value.stringValue }) else { return false }
        return (selector["matchExpressions"]?.arrayValue ?? []).allSatisfy { expression in
            let value = expression["key"]?.stringValue.flatMap { labels[$0] }
            let values = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue)
            return switch expression["operator"]?.stringValue {
            case "In": value.map(values.contains) ?? false
            case "NotIn": value.map { !values.contains($0) } ?? true
            case "Exists": value != nil
            case "DoesNotExist": value == nil
            default: false
            }
        }
    }
}
