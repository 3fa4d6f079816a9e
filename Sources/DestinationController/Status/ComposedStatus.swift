public import ObjectModel

/// A status, and what else follows from it.
public struct ComposedStatus: Hashable, Sendable {
    /// The `status`, whole, for server-side apply.
    public let status: ObjectValue
    /// Whether it differs from what stands, so that it has to be written.
    public let isChanged: Bool
    /// What has become different, to be told as Events once it is written.
    public let notes: [EventNote]
    /// For metrics and pages.
    public let summary: DestinationSummary
}
