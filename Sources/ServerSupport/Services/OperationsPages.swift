internal import Configuration
public import Telemetry

extension OperationsRouter {
    /// The pages for operators, of which the metrics can be switched off while the server runs.
    public static func pages(
        registry: MetricsRegistry,
        configuration: LiveConfiguration,
        readiness: @escaping @Sendable () async -> Readiness
    ) -> [String: Route] {
        var pages = pages(registry: registry, readiness: readiness)
        let metrics = pages["/metrics"]
        pages["/metrics"] = { query in
            guard configuration.current.servesMetrics, let metrics else {
                return .text("metrics are switched off by config.metrics.prometheus.enabled\n", status: 404)
            }
            return await metrics(query)
        }
        return pages
    }
}
