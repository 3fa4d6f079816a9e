public import Kubernetes

/// What the controller watches; the raw values are those of the metric's label.
public enum WatchedResource: String, Hashable, Sendable, CaseIterable {
    /// The Destinations of all namespaces.
    case destinations
    /// The Services that applications connect to.
    case services
    /// The Services of the install namespace.
    case relayServices = "relay_services"
    case networkPolicies = "network_policies"
    /// The relays' pods.
    case pods
    /// Only where namespaces are chosen by their labels.
    case namespaces
}

/// How a watch fares.
public struct WatchCondition: Hashable, Sendable {
    /// Whether a whole list has been seen.
    public let isSynced: Bool
    /// Whether changes are being heard of.
    public let isConnected: Bool
    /// Why not.
    public let problem: String?

    /// Puts together what an `ObjectCache` says of itself.
    public init(_ isSynced: Bool, _ isConnected: Bool, _ interruption: KubernetesError?) {
        self.isSynced = isSynced
        self.isConnected = isConnected
        problem = interruption?.description
    }

    /// What a cache says of its watch.
    public init<Value>(_ cache: ObjectCache<Value>) {
        self.init(cache.isSynced, cache.isConnected, cache.interruption)
    }
}
