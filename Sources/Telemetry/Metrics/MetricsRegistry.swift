import Synchronization

/// Knows a process's metrics and writes them in Prometheus's text exposition format. May be used from any thread.
///
/// Families are registered once, at start-up. What holds metrics of its own is added as a source and removed when it
/// goes. Nothing is removed by itself.
public final class MetricsRegistry: Sendable {
    /// The media type of what `render()` returns.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct State {
        /// In the order of registration.
        var descriptors: [MetricDescriptor] = []
        /// By identity, with a number that grows, so that the order stays the same from one exposition to the next.
        var sources: [ObjectIdentifier: (order: UInt64, source: any MetricSource)] = [:]
        var nextOrder: UInt64 = 0

        mutating func add(_ source: any MetricSource) {
            guard sources[ObjectIdentifier(source)] == nil else { return }
            sources[ObjectIdentifier(source)] = (nextOrder, source)
            nextOrder += 1
        }
    }

    private let state = Mutex(State())

    /// Makes a registry without metrics.
    public init() {}

    /// Registers a family of counters. The name ends in `_total`.
    ///
    /// - Throws: `MetricsError` if a name is not valid or the family is there already.
    public func counter(_ name: String, help: String, labels: [String] = []) throws(MetricsError) -> MetricFamily<
        Counter
    > {
        try register(name, help, .counter, labels) { Counter() }
    }

    /// Registers a family of gauges.
    ///
    /// - Throws: `MetricsError` if a name is not valid or the family is there already.
    public func gauge(_ name: String, help: String, labels: [String] = []) throws(MetricsError) -> MetricFamily<Gauge> {
        try register(name, help, .gauge, labels) { Gauge() }
    }

    /// Registers a family of histograms.
    ///
    /// - Throws: `MetricsError` if a name is not valid or the family is there already.
    public func histogram(
        _ name: String,
        help: String,
        labels: [String] = [],
        buckets: HistogramBuckets = .seconds
    ) throws(MetricsError) -> MetricFamily<Histogram> {
        try register(name, help, .histogram, labels) { Histogram(buckets: buckets) }
    }

    /// Registers a gauge without labels whose value is computed each time the exposition is rendered.
    ///
    /// - Parameter read: Called on whatever thread renders; must not block. `nil`: there is no value now.
    /// - Throws: `MetricsError` if the name is not valid or the family is there already.
    public func gauge(
        _ name: String,
        help: String,
        read: @escaping @Sendable () -> Double?
    ) throws(MetricsError) {
        let family = try gauge(name, help: help)
        add(
            ComputedMetric { collector in
                if let value = read() { collector.add(family, value: value) }
            }
        )
    }

    /// Adds a source, after those that are there; one that is there already is not added again.
    public func add(_ source: any MetricSource) {
        state.withLock { $0.add(source) }
    }

    /// Removes a source. One that isn't there: nothing happens.
    public func remove(_ source: any MetricSource) {
        state.withLock { _ = $0.sources.removeValue(forKey: ObjectIdentifier(source)) }
    }

    /// Writes all metrics: families ordered by name, the series of each in the order of their sources.
    ///
    /// It takes time and memory in proportion to the number of series, so call it on no event loop.
    public func render() -> [UInt8] {
        let (descriptors, sources) = state.withLock { ($0.descriptors, Array($0.sources.values)) }
        var collector = MetricsCollector(familyCount: descriptors.count)
        for (_, source) in sources.sorted(by: { $0.order < $1.order }) {
            source.collect(into: &collector)
        }
        var output: [UInt8] = []
        for descriptor in descriptors.sorted(by: { $0.name < $1.name }) {
            let lines = collector.takeLines(of: descriptor)
            guard !lines.isEmpty else { continue }
            descriptor.appendHeader(to: &output)
            output.append(contentsOf: lines)
        }
        return output
    }

    private func register<Value: Metric>(
        _ name: String,
        _ help: String,
        _ kind: MetricKind,
        _ labels: [String],
        _ make: @escaping @Sendable () -> Value
    ) throws(MetricsError) -> MetricFamily<Value> {
        try state.withLock { state throws(MetricsError) in
            guard !state.descriptors.contains(where: { $0.name == name }) else {
                throw MetricsError(.duplicateName, "'\(name)' is registered already")
            }
            let descriptor = try MetricDescriptor(
                index: state.descriptors.count,
                name: name,
                help: help,
                kind: kind,
                labelNames: labels
            )
            state.descriptors.append(descriptor)
            let family = MetricFamily(descriptor: descriptor, make: make)
            state.add(family)
            return family
        }
    }
}
