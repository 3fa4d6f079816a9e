internal import Kubernetes

/// The kinds of objects whose changes the controller follows.
enum WatchedKind: Hashable, Sendable, CaseIterable {
    case destinations
    /// All Services: those that applications connect to are in any namespace, and one that somebody took the labels from
    /// must not look as if it were gone.
    case services
    /// The NetworkPolicies of the install namespace, all of them for the same reason.
    case policies
    /// Those that are looked after.
    case namespaces

    var type: ResourceType {
        switch self {
        case .destinations: .destinations
        case .services: .services
        case .policies: .networkPolicies
        case .namespaces: .namespaces
        }
    }
}

extension ClusterState {
    /// How the watch of a kind fares, for each of the things that metrics tell apart.
    func conditions(of kind: WatchedKind) -> [WatchedResource: WatchCondition] {
        switch kind {
        case .destinations: [.destinations: WatchCondition(destinations)]
        case .services: [.services: WatchCondition(aliases), .relayServices: WatchCondition(services)]
        case .policies: [.networkPolicies: WatchCondition(policies)]
        case .namespaces: [.namespaces: WatchCondition(namespaces)]
        }
    }
}
