internal import Kubernetes

/// Names of objects by the Destination that they belong to.
struct KeyedNames: Hashable, Sendable {
    private var names: [ObjectKey: Set<String>] = [:]

    /// The Destinations that have any.
    var keys: some Sequence<ObjectKey> { names.keys }

    subscript(key: ObjectKey) -> Set<String> { names[key] ?? [] }

    mutating func insert(_ name: String, of key: ObjectKey) {
        names[key, default: []].insert(name)
    }

    mutating func remove(_ name: String, of key: ObjectKey) {
        names[key]?.remove(name)
        if names[key]?.isEmpty == true { names[key] = nil }
    }
}
