/// A scalar of a YAML text: as it is written, and what Kubernetes makes of it.
public struct YAMLScalar: Hashable, Sendable {
    /// What a scalar means.
    public enum Resolved: Hashable, Sendable {
        case null
        case bool(Bool)
        case integer(Int)
        case double(Double)
        case string(String)
    }

    /// The text without quotes.
    public let text: String
    /// What it means.
    public let resolved: Resolved
}
