import Synchronization

/// Counts observations by size, in fixed buckets. Lock-free; may be used from any thread.
///
/// It costs a word for each bucket and a few more: the bounds are shared.
public final class Histogram: Metric {
    private let buckets: HistogramBuckets
    /// The bit pattern of a `Double`.
    private let sum = Atomic<UInt64>(0)
    // Safe to share between threads: the pointer never changes, what it points to is atomic, and the memory lives
    // from `init` to `deinit`.
    private nonisolated(unsafe) let counts: UnsafeMutablePointer<Atomic<UInt64>>

    /// Makes an empty histogram.
    public init(buckets: HistogramBuckets = .seconds) {
        self.buckets = buckets
        self.counts = .allocate(capacity: buckets.labels.count)
        for index in buckets.labels.indices {
            (counts + index).initialize(to: Atomic(0))
        }
    }

    deinit {
        counts.deinitialize(count: buckets.labels.count)
        counts.deallocate()
    }

    /// Counts one observation.
    public func record(_ value: Double) {
        counts[buckets.index(of: value)].wrappingAdd(1, ordering: .relaxed)
        var old = sum.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + value).bitPattern
            let (exchanged, original) = sum.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }

    /// Counts one observed time, in seconds.
    public func record(_ duration: Duration) {
        record(duration / .seconds(1))
    }

    /// Whether nothing was observed yet.
    public var isEmpty: Bool {
        buckets.labels.indices.allSatisfy { counts[$0].load(ordering: .relaxed) == 0 }
    }

    public var reading: MetricReading {
        .distribution(
            HistogramReading(
                counts: buckets.labels.indices.map { counts[$0].load(ordering: .relaxed) },
                sum: Double(bitPattern: sum.load(ordering: .relaxed)),
                labels: buckets.labels
            )
        )
    }
}
