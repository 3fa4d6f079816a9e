/// A value that can be measured and written to the exposition: `Counter`, `Gauge` or `Histogram`.
public protocol Metric: AnyObject, Sendable {
    /// What the metric says now. May be called from any thread.
    var reading: MetricReading { get }
}
