internal import ObjectModel

/// A part of a list.
struct ObjectPage {
    /// Each says of what kind it is, which the server leaves out in lists.
    let items: [ObjectValue]
    /// The moment that the whole list shows.
    let resourceVersion: String
    /// What to ask for the rest with; `nil` at the end of the list.
    let continueToken: String?

    /// - Throws: `malformedAnswer` for what is no list of objects with names and versions.
    init(_ list: ObjectValue, of type: ResourceType) throws(KubernetesError) {
        let metadata = list.metadata
        guard case .array(let items)? = list["items"] ?? .array([]), !metadata.resourceVersion.isEmpty else {
            throw KubernetesError(.malformedAnswer, "the answer is no list of \(type)")
        }
        var complete: [ObjectValue] = []
        complete.reserveCapacity(items.count)
        for item in items {
            guard case .object(var members) = item, !item.metadata.name.isEmpty else {
                throw KubernetesError(.malformedAnswer, "the answer is a list with something else than \(type)")
            }
            if members["kind"] == nil { members["kind"] = .string(type.kind) }
            if members["apiVersion"] == nil { members["apiVersion"] = .string(type.apiVersion) }
            complete.append(.object(members))
        }
        self.items = complete
        resourceVersion = metadata.resourceVersion
        let token = metadata.value["continue"]?.stringValue ?? ""
        continueToken = token.isEmpty ? nil : token
    }
}
