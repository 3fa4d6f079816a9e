internal import DestinationModel
internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes

/// A Service that a Destination of some UID controls, or that looks like one of which somebody has taken the owner away, as
/// it was observed.
struct ObservedAlias: Hashable, Sendable {
    let uid: String
    let resourceVersion: String
    /// What it would be if nobody had tampered with it; the relay port is 0 where it leads to none, and the owner empty
    /// where it has none.
    let content: AliasService
    /// Whether all that is ours of it is as it should be.
    let isIntact: Bool
    /// Whether it leads to relays of this installation: there may be others in the cluster.
    let isOfThisInstallation: Bool
    /// Whether it is of some installation's making: it has the labels, or leads here without them.
    let isOurs: Bool
    /// Whether it is going, and finalizers keep it.
    let isBeingDeleted: Bool
    /// Whether an address is to be taken from it before it can be an alias again.
    let hasClusterIP: Bool

    /// Reads a Service; `nil` for those of others.
    init?(_ service: ObjectValue, _ settings: ControllerSettings) {
        let metadata = service.metadata
        let controller = metadata.ownerReferences.first(where: \.isController)
        let owner = controller.flatMap { owner in
            owner.kind == DestinationResource.kind && owner.apiVersion.hasPrefix(DestinationResource.group + "/")
                ? owner : nil
        }
        let host = service["spec"]?["externalName"]?.stringValue ?? ""
        let port = host.split(separator: ".", maxSplits: 1).first.flatMap { RelayService.port(name: String($0)) } ?? 0
        isOfThisInstallation =
            port != 0 && host.hasPrefix("\(RelayService.name(port: port)).\(settings.installNamespace).")
        let labels = metadata.labels
        isOurs = isOfThisInstallation || AliasService.labels.allSatisfy { labels[$0.key] == $0.value }
        guard owner != nil || controller == nil && isOurs else { return nil }
        uid = metadata.uid
        resourceVersion = metadata.resourceVersion
        content = AliasService(
            key: metadata.key,
            resource: owner?.name ?? "",
            owner: owner?.uid ?? "",
            relayPort: port
        )
        isIntact = port != 0 && content.isIntact(service, settings)
        isBeingDeleted = metadata.isBeingDeleted
        hasClusterIP = !(service["spec"]?["clusterIP"]?.isVoid ?? true)
    }

    /// The Destination that it belongs to; `nil` where it says none.
    var destination: ObjectKey? {
        content.owner.isEmpty ? nil : ObjectKey(namespace: content.key.namespace, name: content.resource)
    }

    /// The port that it leads to, and whose that is by what the alias is called; `nil` where it says none.
    var holder: (port: Int, of: PortHolder)? {
        guard let destination, content.relayPort != 0, content.key.name.hasPrefix(content.resource) else { return nil }
        let rest = content.key.name.dropFirst(content.resource.count)
        guard rest.isEmpty || rest.first == "-" else { return nil }
        let tenant = rest.isEmpty ? nil : String(rest.dropFirst())
        return (content.relayPort, PortHolder(destination: destination, owner: content.owner, tenant: tenant))
    }
}
