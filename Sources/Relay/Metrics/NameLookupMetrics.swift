import NameResolution
import Telemetry

/// What is counted of name look-ups.
enum NameLookupMetrics {
    /// A resolver whose look-ups are counted in `registry`.
    static func resolver(
        _ registry: MetricsRegistry,
        lookUp: @escaping @Sendable (String) -> NameResolver.Answer = SystemNameLookup.addresses(of:)
    ) throws -> NameResolver {
        let results = try registry.counter(
            "tproxy_name_lookups_total",
            help: "Look-ups of mail servers' names by result.",
            labels: ["result"]
        )
        let found = try results.metric("found")
        var failures: [NameLookupFailure: Counter] = [:]
        for failure in NameLookupFailure.allCases { failures[failure] = try results.metric(failure.rawValue) }
        let resolver = NameResolver(
            lookUp: lookUp,
            onResult: { [failures] answer in
                switch answer {
                case .success: found.increment()
                case .failure(let failure): failures[failure]?.increment()
                }
            }
        )
        try registry.gauge("tproxy_name_lookups_waiting", help: "Sessions that wait for a name look-up.") {
            Double(resolver.waitingCount)
        }
        try registry.gauge("tproxy_name_lookup_threads_busy", help: "Threads that a name look-up holds.") {
            Double(resolver.busyThreads)
        }
        return resolver
    }
}
