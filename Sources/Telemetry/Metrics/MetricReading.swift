/// What a metric says at one moment.
public enum MetricReading: Hashable, Sendable {
    /// A counter's value.
    case count(UInt64)
    /// A gauge's value.
    case level(Int64)
    /// A value computed when it is read.
    case number(Double)
    /// A histogram's contents.
    case distribution(HistogramReading)
}
