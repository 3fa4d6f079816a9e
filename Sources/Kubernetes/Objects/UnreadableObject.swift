public import ObjectModel

/// An object that is there and can't be read, as it is larger than what is read, or stored in a way that no API server
/// should: all that is known of it.
public struct UnreadableObject: Hashable, Sendable {
    /// Namespace and name.
    public let key: ObjectKey
    /// `metadata.uid`.
    public let uid: String
    /// `metadata.resourceVersion`.
    public let resourceVersion: String
    /// Why it can't be read.
    public let reason: KubernetesError

    /// What can be known of the object in a text; `nil` where that isn't even its name.
    init?(_ text: JSONSlice, reason: KubernetesError) {
        let names = ["name", "namespace", "uid", "resourceVersion"]
        guard let members = text.members(["metadata"])?["metadata"]?.members(names) else { return nil }
        let texts = members.compactMapValues {
            try? JSONReader.document($0.octets, options: Self.options).value.stringValue
        }
        guard let name = texts["name"], !name.isEmpty, let resourceVersion = texts["resourceVersion"],
            !resourceVersion.isEmpty
        else { return nil }
        key = ObjectKey(namespace: texts["namespace"] ?? "", name: name)
        uid = texts["uid"] ?? ""
        self.resourceVersion = resourceVersion
        self.reason = reason
    }

    private static let options = JSONReader.Options(maximumLength: 2000, maximumCount: 1)

    /// An object with that metadata and nothing else.
    public var outline: ObjectValue {
        .object([
            "metadata": .object([
                "name": .string(key.name), "namespace": .string(key.namespace), "uid": .string(uid),
                "resourceVersion": .string(resourceVersion),
            ])
        ])
    }
}
