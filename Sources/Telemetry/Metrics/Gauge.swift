import Synchronization

/// A whole number that goes up and down, such as open connections. Lock-free; may be used from any thread.
public final class Gauge: Metric {
    private let storage = Atomic<Int64>(0)

    /// Starts at zero.
    public init() {}

    /// Replaces the value.
    public func set(_ value: Int64) {
        storage.store(value, ordering: .relaxed)
    }

    /// Adds `amount`, by default one.
    public func increment(by amount: Int64 = 1) {
        storage.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Subtracts `amount`, by default one.
    public func decrement(by amount: Int64 = 1) {
        storage.wrappingSubtract(amount, ordering: .relaxed)
    }

    /// The value now.
    public var value: Int64 {
        storage.load(ordering: .relaxed)
    }

    public var reading: MetricReading {
        .level(value)
    }
}
