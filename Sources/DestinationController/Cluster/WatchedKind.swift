internal import Kubernetes

/// The kinds of objects whose changes the controller follows.
enum WatchedKind: Hashable, Sendable, CaseIterable {
    case destinations
    /// The Services of the install namespace, all of them: one that lost its labels must not look as if it were gone.
    case relayServices
    /// The Services that applications connect to.
    case aliases
    case policies
    /// Those that are looked after.
    case namespaces

    var type: ResourceType {
        switch self {
        case .destinations: .destinations
        case .relayServices, .aliases: .services
        case .policies: .networkPolicies
        case .namespaces: .namespaces
        }
    }
}

extension WatchedKind {
    /// What metrics call it.
    var resource: WatchedResource {
        switch self {
        case .destinations: .destinations
        case .relayServices: .relayServices
        case .aliases: .services
        case .policies: .networkPolicies
        case .namespaces: .namespaces
        }
    }
}

extension ClusterState {
    /// How a watch fares.
    func condition(of kind: WatchedKind) -> WatchCondition {
        switch kind {
        case .destinations: WatchCondition(destinations)
        case .relayServices: WatchCondition(services)
        case .aliases: WatchCondition(aliases)
        case .policies: WatchCondition(policies)
        case .namespaces: WatchCondition(namespaces)
        }
    }
}
