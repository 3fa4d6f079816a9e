import Synchronization

/// All the series of one name: registered once with a `MetricsRegistry`, then asked for its metrics.
///
/// A family holds the metrics made by `metric(_:)`. What comes and goes in numbers, such as routes, had better hold its
/// metrics itself and be a `MetricSource`: that costs less memory, and leaves at once.
public final class MetricFamily<Value: Metric>: Sendable {
    let descriptor: MetricDescriptor
    private let make: @Sendable () -> Value
    private let members = Mutex<[MetricLabels: Value]>([:])

    init(descriptor: MetricDescriptor, make: @escaping @Sendable () -> Value) {
        self.descriptor = descriptor
        self.make = make
    }

    /// The family's name.
    public var name: String {
        descriptor.name
    }

    /// Finds or makes the metric with these label values, given in the order of the family's label names. Keep it:
    /// finding it takes a lock and some memory.
    ///
    /// Each new set of values is a new series for as long as the process lives, so values must come from a closed set.
    ///
    /// - Throws: `MetricsError` if there are more or fewer values than label names.
    public func metric(_ labelValues: String...) throws(MetricsError) -> Value {
        let labels = try labels(labelValues)
        return members.withLock { members in
            if let member = members[labels] { return member }
            let member = make()
            members[labels] = member
            return member
        }
    }

    /// Forgets the metric with these label values: it is no longer exposed. None there: nothing happens.
    ///
    /// - Throws: `MetricsError` if there are more or fewer values than label names.
    public func remove(_ labelValues: String...) throws(MetricsError) {
        let labels = try labels(labelValues)
        members.withLock { _ = $0.removeValue(forKey: labels) }
    }

    private func labels(_ values: [String]) throws(MetricsError) -> MetricLabels {
        guard values.count == descriptor.labelNames.count else {
            throw MetricsError(
                .labelCountMismatch,
                "'\(name)' has \(descriptor.labelNames.count) label(s), not \(values.count)"
            )
        }
        return MetricLabels(checkedNames: descriptor.labelNames, values: values)
    }
}

extension MetricFamily: MetricSource {
    /// Adds the family's own metrics, ordered by their labels.
    public func collect(into collector: inout MetricsCollector) {
        for (labels, member) in members.withLock({ $0 }).sorted(by: { $0.key.text < $1.key.text }) {
            collector.add(self, labels, metric: member)
        }
    }
}
