import Synchronization

/// A number that only grows, such as messages accepted. Lock-free; may be used from any thread.
public final class Counter: Metric {
    private let storage = Atomic<UInt64>(0)

    /// Starts at zero.
    public init() {}

    /// Adds `amount`, by default one. Past 2⁶⁴ it starts again at zero, which Prometheus takes for a restart.
    public func increment(by amount: UInt64 = 1) {
        storage.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The value now.
    public var value: UInt64 {
        storage.load(ordering: .relaxed)
    }

    public var reading: MetricReading {
        .count(value)
    }
}
