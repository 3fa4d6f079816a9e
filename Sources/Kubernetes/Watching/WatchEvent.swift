public import ObjectModel

/// What an ``ObjectWatch`` tells.
public enum WatchEvent: Hashable, Sendable {
    /// A list begins: at the start, and whenever the server has forgotten what happened in between. Of the objects known
    /// so far those are gone that are neither `present` nor `unreadable` by the next `synced`; should `restarted` come
    /// again before that, it counts from there.
    case restarted
    /// The object is new or changed or, while a list goes on, there.
    case present(ObjectValue)
    /// The same of an object that can't be read: what was known of it is all that is known.
    case unreadable(UnreadableObject)
    /// The object is gone. This is its last state, or the outline of one that can't be read.
    case deleted(ObjectValue)
    /// The list is complete.
    case synced
    /// Nothing is heard from the server for now; what is known may become outdated. The watch goes on by itself.
    case interrupted(KubernetesError)
    /// After `interrupted`, with nothing lost in between: changes are heard of again. Where something was lost,
    /// `restarted` and `synced` come instead.
    case resumed
}
