import ObjectModel

/// What a watch of the cluster's Destinations tells.
enum DestinationEvent: Hashable, Sendable {
    /// A list begins, which will replace all that is known.
    case restarted
    /// An object is there, or has changed.
    case present(ObjectValue)
    /// An object is gone.
    case deleted(ObjectValue)
    /// The list is complete; from here on come changes.
    case synced
    /// Nothing comes for now, for this reason. It will be tried again.
    case interrupted(String)
}
