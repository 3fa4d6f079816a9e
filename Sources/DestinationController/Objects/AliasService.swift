internal import DestinationModel
internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes

/// The Service that applications connect to: another name for a relay Service, in the Destination's namespace.
struct AliasService: Hashable, Sendable {
    /// The Service's own name.
    let key: ObjectKey
    /// The Destination's name.
    let resource: String
    /// `metadata.uid` of the Destination, with which it goes.
    let owner: String
    let relayPort: Int

    init(key: ObjectKey, resource: String, owner: String, relayPort: Int) {
        self.key = key
        self.resource = resource
        self.owner = owner
        self.relayPort = relayPort
    }

    /// The alias of a claim.
    init(_ claim: RouteClaim) {
        self.init(
            key: ObjectKey(namespace: claim.route.namespace, name: claim.route.serviceName.rawValue),
            resource: claim.route.resource,
            owner: claim.owner,
            relayPort: claim.port
        )
    }

    static let labels = RouteClaim.labels(component: "alias")

    /// The Service.
    func object(_ settings: ControllerSettings) -> ObjectValue {
        let owner = OwnerReference(
            apiVersion: DestinationResource.apiVersion,
            kind: DestinationResource.kind,
            name: resource,
            uid: owner,
            // Where owner references need permission, blocking one would need more of it, and gain nothing.
            blocksOwnerDeletion: false
        )
        return .object([
            "apiVersion": .string("v1"), "kind": .string("Service"),
            "metadata": .object([
                "name": .string(key.name), "namespace": .string(key.namespace),
                "labels": .object(Self.labels.mapValues(ObjectValue.string)),
                "ownerReferences": .array([owner.object]),
            ]),
            "spec": spec(settings),
        ])
    }

    private func spec(_ settings: ControllerSettings) -> ObjectValue {
        let host = RelayService.host(
            port: relayPort,
            namespace: settings.installNamespace,
            clusterDomain: settings.clusterDomain
        )
        // It has no ports: a service mesh would take them for ports of a server outside the cluster.
        return .object(["type": .string("ExternalName"), "externalName": .string(host)])
    }

    /// Whether all that is ours of a Service is as it should be. Its owners are looked at elsewhere.
    func isIntact(_ service: ObjectValue, _ settings: ControllerSettings) -> Bool {
        let wanted = ObjectValue.object([
            "metadata": .object(["labels": .object(Self.labels.mapValues(ObjectValue.string))]), "spec": spec(settings),
        ])
        return service.holds(wanted)
            && ["externalIPs", "ports"].allSatisfy { service["spec"]?[$0]?.isVoid ?? true }
    }

    /// The change that makes an observed Service this one.
    func patch(of observed: ObservedAlias, _ settings: ControllerSettings) -> ObjectValue {
        var spec = spec(settings).objectValue ?? [:]
        spec["selector"] = .null
        spec["externalIPs"] = .null
        spec["ports"] = .null
        if observed.hasClusterIP {
            spec["clusterIP"] = .null
            spec["clusterIPs"] = .null
        }
        return .object([
            "metadata": .object([
                "resourceVersion": .string(observed.resourceVersion), "uid": .string(observed.uid),
                "labels": .object(Self.labels.mapValues(ObjectValue.string)),
            ]),
            "spec": .object(spec),
        ])
    }
}
