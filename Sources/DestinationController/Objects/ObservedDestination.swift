internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import ObjectModel

/// A Destination as it was observed.
struct ObservedDestination: Hashable, Sendable {
    /// The object without the parts that are of no use here and may be large.
    let object: ObjectValue

    /// Reads a Destination.
    init(_ object: ObjectValue) {
        guard case .object(var members) = object, case .object(var metadata) = members["metadata"] else {
            self.object = object
            return
        }
        metadata["managedFields"] = nil
        metadata["selfLink"] = nil
        if case .object(var annotations) = metadata["annotations"] {
            annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
            metadata["annotations"] = .object(annotations)
        }
        members["metadata"] = .object(metadata)
        self.object = .object(members)
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
