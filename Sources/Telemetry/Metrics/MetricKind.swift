/// The types of metric that this product has, by their names in the exposition format.
enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}
