public import ObjectModel

/// A view of an object's `metadata`. What is absent or of a wrong type reads as empty.
public struct ObjectMetadata: Hashable, Sendable {
    /// The `metadata` itself.
    public let value: ObjectValue

    /// A view of an object's `metadata`.
    public init(of object: ObjectValue) {
        value = object["metadata"] ?? .null
    }

    public var name: String { text("name") }
    /// Empty for objects outside namespaces.
    public var namespace: String { text("namespace") }
    public var uid: String { text("uid") }
    /// To be compared for equality only; empty for an object that never was on a server.
    public var resourceVersion: String { text("resourceVersion") }
    /// 0 where the kind has none.
    public var generation: Int {
        guard case .integer(let generation) = value["generation"] else { return 0 }
        return generation
    }
    public var labels: [String: String] { texts("labels") }
    public var annotations: [String: String] { texts("annotations") }
    public var finalizers: [String] { (value["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue) }
    public var ownerReferences: [OwnerReference] {
        (value["ownerReferences"]?.arrayValue ?? []).compactMap(OwnerReference.init(reading:))
    }
    /// Whether the object is on its way out and only waits for finalizers or its grace period.
    public var isBeingDeleted: Bool { !text("deletionTimestamp").isEmpty }
    /// Namespace and name.
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    private func text(_ name: String) -> String { value[name]?.stringValue ?? "" }

    private func texts(_ name: String) -> [String: String] {
        (value[name]?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }
}

extension ObjectValue {
    /// A view of this object's `metadata`.
    public var metadata: ObjectMetadata { ObjectMetadata(of: self) }
}
