/// What do relays use of TLS, and which OpenSSL carries it out? Shown and not judged.
struct TLSCheck {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    /// `nil` if no relay reports it.
    var section: CheckSection? {
        let policies = facts.relays.values.compactMap { try? $0.get().metrics["tproxy_tls_info"].first?.label }
        guard !policies.isEmpty else { return nil }
        return CheckSection("TLS", Set(policies).sorted().joined(separator: "; "))
    }
}
