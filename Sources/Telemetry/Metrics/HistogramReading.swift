/// What a histogram holds at one moment.
public struct HistogramReading: Hashable, Sendable {
    /// Observations per bucket, not cumulative; the last is the infinite bucket's.
    public let counts: [UInt64]
    /// The sum of all observed values.
    public let sum: Double
    /// The number of observations.
    public var count: UInt64 {
        counts.reduce(0, &+)
    }

    /// The values of the `le` label.
    let labels: [String]
}
