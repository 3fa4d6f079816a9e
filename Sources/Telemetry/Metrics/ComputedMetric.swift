/// A source that is only a closure.
final class ComputedMetric: MetricSource {
    private let body: @Sendable (inout MetricsCollector) -> Void

    init(_ body: @escaping @Sendable (inout MetricsCollector) -> Void) {
        self.body = body
    }

    func collect(into collector: inout MetricsCollector) {
        body(&collector)
    }
}
