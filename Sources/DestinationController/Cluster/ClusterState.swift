internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes

/// All that the controller knows of the cluster, and which Destinations a piece of news concerns. Pure.
///
/// Whatever is looked up is indexed: what a change costs doesn't depend on how many routes there are.
struct ClusterState: Sendable {
    /// A port whose relay Service has gone without having been given up for long enough.
    struct Lost: Hashable, Sendable {
        let holder: PortHolder
        let until: ContinuousClock.Instant
    }

    let settings: ControllerSettings
    var destinations: ObjectCache<ObservedDestination>
    var services: ObjectCache<ObservedClaim>
    var aliases: ObjectCache<ObservedAlias>
    var policies: ObjectCache<ObservedPolicy>
    /// Those that are looked after; asked only where namespaces are selected.
    var namespaces: ObjectCache<Bool>

    /// Who claims which Service.
    var claimants = ClaimIndex()
    /// The Destinations of a namespace.
    var names: [String: Set<String>] = [:]
    /// By Destination, the relay Services that name it.
    var servicesOf = KeyedNames()
    /// By Destination, the Services that it controls.
    var aliasesOf = KeyedNames()
    /// By Destination, the NetworkPolicies that name it.
    var policiesOf = KeyedNames()
    /// By port, the Services that lead to it and aren't its relay Service.
    var rivals: [Int: Set<String>] = [:]
    /// By the relay Service's UID, since when it has been known to be given up.
    var releasedSince: [String: ContinuousClock.Instant] = [:]
    /// By name, what relay Services claimed before somebody made them unreadable, or another's.
    var remembered: [String: RouteClaim] = [:]
    var lost: [Int: Lost] = [:]
    var ports: PortPool
    /// By namespace, how many relay ports its Destinations have, or have had until lately.
    var shares: [String: Int] = [:]
    /// How many relay ports are served.
    var servedCount = 0

    init(_ settings: ControllerSettings) {
        self.settings = settings
        ports = PortPool(settings.relayPorts)
        destinations = ObjectCache { $0.metadata.isBeingDeleted ? nil : ObservedDestination($0) }
        services = ObjectCache {
            $0.metadata.namespace == settings.installNamespace ? ObservedClaim($0, server: settings.server) : nil
        }
        aliases = ObjectCache { ObservedAlias($0, settings) }
        policies = ObjectCache(ObservedPolicy.init)
        namespaces = ObjectCache { $0.metadata.isBeingDeleted ? nil : true }
    }

    /// Whether everything that decides about ports is known.
    var isSynced: Bool {
        destinations.isSynced && services.isSynced && aliases.isSynced && policies.isSynced
            && (!settings.selectsNamespaces || namespaces.isSynced)
    }

    /// Every Destination that there is or was, as far as anything of it is left.
    var keys: Set<ObjectKey> {
        var keys = Set(destinations.all.map(\.key))
        for names in [servicesOf, aliasesOf, policiesOf] { keys.formUnion(names.keys) }
        return keys
    }

    func isManaged(_ namespace: String) -> Bool {
        !settings.selectsNamespaces || namespaces[ObjectKey(namespace: "", name: namespace)] != nil
    }

    /// The Destination whose claim a relay port is.
    func destination(ofPort port: Int) -> ObjectKey? {
        services[relayService(port)].flatMap(claim(of:))?.destination
    }

    /// How many relay ports are given up and not yet free.
    var quarantinedCount: Int { releasedSince.count + lost.count }

    func relayService(_ port: Int) -> ObjectKey {
        ObjectKey(namespace: settings.installNamespace, name: RelayService.name(port: port))
    }
}
