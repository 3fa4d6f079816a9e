internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import ObjectModel

/// A Destination as it was observed.
struct ObservedDestination: Hashable, Sendable {
    /// The object without all that nothing depends on: whoever may write it may make that as large as an object can be, and
    /// change it as often as he likes.
    let object: ObjectValue

    /// Reads a Destination.
    init(_ object: ObjectValue) {
        let metadata = object["metadata"]
        var kept = object.members("apiVersion", "kind", "spec", "status")
        var keptMetadata = metadata?.members("name", "namespace", "uid", "generation", "creationTimestamp") ?? [:]
        if let annotations = metadata?["annotations"] {
            keptMetadata["annotations"] = .object(annotations.members(DestinationResource.tenantsAnnotation))
        }
        // Its name alone says that it has no effect.
        if case .object(var spec) = kept["spec"], case .object = spec["chainRef"] {
            spec["chainRef"] = .object([:])
            kept["spec"] = .object(spec)
        }
        kept["metadata"] = .object(keptMetadata)
        self.object = .object(kept)
    }

    var key: ObjectKey { object.metadata.key }
    var uid: String { object.metadata.uid }
    var generation: Int { object.metadata.generation }

    /// The text that lists its tenants.
    var tenantsText: String? {
        object["metadata"]?["annotations"]?[DestinationResource.tenantsAnnotation]?.stringValue
    }

    /// The names of the Services that it claims.
    var services: Set<String> { Set(ServiceClaim.claims(of: object).map(\.service)) }
}

extension ObjectValue {
    /// Those of an object's members that have one of these names.
    fileprivate func members(_ names: String...) -> [String: ObjectValue] {
        var members: [String: ObjectValue] = [:]
        for name in names { members[name] = self[name] }
        return members
    }
}
