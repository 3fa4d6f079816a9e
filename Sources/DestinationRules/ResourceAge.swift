import ObjectModel

/// What tells which of two stored resources came first: when they were created and, within one second, their UIDs, so
/// that everybody who asks gets the same answer.
struct ResourceAge: Hashable, Comparable, Sendable {
    /// `metadata.creationTimestamp`, in UTC with whole seconds, as the API server writes it: earlier is less.
    private let created: String
    private let uid: String

    /// The age of an object; what was never stored comes before everything else.
    init(_ object: ObjectValue) {
        created = object["metadata"]?["creationTimestamp"]?.stringValue ?? ""
        uid = object["metadata"]?["uid"]?.stringValue ?? ""
    }

    static func < (left: ResourceAge, right: ResourceAge) -> Bool {
        (left.created, left.uid) < (right.created, right.uid)
    }
}
