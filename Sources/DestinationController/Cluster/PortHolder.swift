internal import DestinationModel
internal import Kubernetes
internal import RelayRoutes

/// Whose a relay port is: a tenant's of one very Destination. Nobody else's mail may ever come to it.
struct PortHolder: Hashable, Sendable {
    /// Stands for a holder within this process, in eight octets.
    struct Mark: Hashable, Sendable {
        fileprivate let hash: Int
    }

    let destination: ObjectKey
    /// `metadata.uid` of the Destination.
    let owner: String
    let tenant: String?

    init(destination: ObjectKey, owner: String, tenant: String?) {
        self.destination = destination
        self.owner = owner
        self.tenant = tenant
    }

    init(owner: String, route: Route) {
        destination = ObjectKey(namespace: route.namespace, name: route.resource)
        self.owner = owner
        tenant = route.tenant
    }

    /// Nobody of the same namespace.
    var nobody: PortHolder { PortHolder(destination: destination, owner: "", tenant: nil) }

    var mark: Mark {
        var hasher = Hasher()
        hasher.combine(self)
        return Mark(hash: hasher.finalize())
    }
}

extension RouteClaim {
    /// Whose the port is.
    var holder: PortHolder { PortHolder(owner: owner, route: route) }
    /// The Destination that it is of.
    var destination: ObjectKey { holder.destination }
}
