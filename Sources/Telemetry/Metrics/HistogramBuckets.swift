/// The upper bounds of a histogram's buckets, shared by all the histograms that use them.
public final class HistogramBuckets: Sendable {
    /// For times in seconds: from a local answer's milliseconds to the five minutes that RFC 5321 §4.5.3.2 grants most
    /// SMTP commands.
    public static let seconds = HistogramBuckets(
        checked: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
    )

    /// The bounds, ascending, without the infinite one that every histogram has at its end.
    public let bounds: [Double]
    /// The values of the `le` label, `+Inf` last.
    let labels: [String]

    /// - Throws: `MetricsError` unless the bounds are finite and each larger than the one before.
    public convenience init(_ bounds: [Double]) throws(MetricsError) {
        guard bounds.allSatisfy(\.isFinite), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw MetricsError(.invalidBuckets, "histogram bounds must be finite, each larger than the one before")
        }
        self.init(checked: bounds)
    }

    private init(checked bounds: [Double]) {
        self.bounds = bounds
        self.labels = bounds.map(ExpositionFormat.number) + ["+Inf"]
    }

    /// The first bucket whose bound is not below `value`; NaN goes to the infinite one.
    func index(of value: Double) -> Int {
        bounds.firstIndex { value <= $0 } ?? bounds.count
    }
}
