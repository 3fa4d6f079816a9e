/// Who may connect to a Destination's Services (`spec.accessControl.scope`).
public enum AccessScope: String, Hashable, Sendable, CaseIterable {
    /// The pods of the resource's own namespace.
    case namespaced
    /// All pods of the cluster.
    case clusterWide
}
