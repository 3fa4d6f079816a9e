internal import DestinationModel

/// Something to be told as an Event of the resource that it is about.
public struct EventNote: Hashable, Sendable {
    /// How much it matters.
    public enum Kind: String, Hashable, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// How much it matters.
    public let kind: Kind
    /// A word, as in ``StatusReason``.
    public let reason: String
    /// What happened and what to do.
    public let note: String

    /// Puts a note together.
    public init(_ kind: Kind, reason: String, note: String) {
        self.kind = kind
        self.reason = reason
        self.note = note
    }
}
