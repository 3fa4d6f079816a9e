public import ObjectModel

/// Says in an object's metadata which object it goes away with.
public struct OwnerReference: Hashable, Sendable {
    public let apiVersion: String
    public let kind: String
    public let name: String
    public let uid: String
    /// Whether the owner manages the object; at most one owner does.
    public let isController: Bool
    /// Whether the owner can't finish its own deletion, where that is in the foreground, before this object is gone.
    public let blocksOwnerDeletion: Bool

    /// Refers to an owner by its parts.
    public init(
        apiVersion: String,
        kind: String,
        name: String,
        uid: String,
        isController: Bool = true,
        blocksOwnerDeletion: Bool = true
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.isController = isController
        self.blocksOwnerDeletion = blocksOwnerDeletion
    }

    /// Refers to an object that came from the server.
    public init(to owner: ObjectValue, of type: ResourceType) {
        self.init(apiVersion: type.apiVersion, kind: type.kind, name: owner.metadata.name, uid: owner.metadata.uid)
    }

    /// Reads an item of `metadata.ownerReferences`; `nil` where a part is missing that must be there.
    init?(reading value: ObjectValue) {
        guard let apiVersion = value["apiVersion"]?.stringValue, let kind = value["kind"]?.stringValue,
            let name = value["name"]?.stringValue, let uid = value["uid"]?.stringValue
        else { return nil }
        self.init(
            apiVersion: apiVersion,
            kind: kind,
            name: name,
            uid: uid,
            isController: value["controller"] == .bool(true),
            blocksOwnerDeletion: value["blockOwnerDeletion"] == .bool(true)
        )
    }

    /// The item for `metadata.ownerReferences`.
    public var object: ObjectValue {
        .object([
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
            "controller": .bool(isController), "blockOwnerDeletion": .bool(blocksOwnerDeletion),
        ])
    }
}
