/// An object's `metadata.resourceVersion`.
///
/// Kubernetes' API concepts say since 1.35 that the versions of a kind are decimal numbers that count up; API servers over
/// etcd never gave others. Of texts that are no such numbers only equality is known.
struct ObjectVersion: Hashable, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// Whether this version is earlier; `nil` where that can't be known.
    func precedes(_ other: ObjectVersion) -> Bool? {
        guard let number = UInt64(text), let otherNumber = UInt64(other.text) else { return nil }
        return number < otherNumber
    }
}
