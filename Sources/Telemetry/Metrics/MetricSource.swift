/// Something that holds metrics of its own, such as a route, and adds their readings when Prometheus asks.
public protocol MetricSource: AnyObject, Sendable {
    /// Adds the readings. Called on whatever thread renders the exposition, also on several at a time; must not block.
    func collect(into collector: inout MetricsCollector)
}
