import DestinationRules
import Kubernetes
import Synchronization

/// The Destinations of the cluster, as far as they are known. May be used from any thread.
final class KnownDestinations: Sendable {
    private struct State {
        /// The last complete list, with what has changed since.
        var current = ClaimIndex()
        /// A new list while it comes in.
        var next: ClaimIndex?
        /// Whether there ever was a complete one.
        var isComplete = false
    }

    private let state = Mutex(State())

    /// What is claimed, and whether that is all: an old list is as good as any, for the API server tells of changes.
    var snapshot: (claims: ClaimIndex, isComplete: Bool) {
        state.withLock { ($0.current, $0.isComplete) }
    }

    /// How many are known.
    var count: Int { state.withLock { $0.current.count } }

    /// Takes in what the watch says.
    func take(_ event: WatchEvent) {
        state.withLock { state in
            switch event {
            case .restarted:
                state.next = ClaimIndex()
            case .present(let object):
                if state.next == nil { state.current.insert(object) } else { state.next?.insert(object) }
            case .unreadable(let object):
                state.next?.keep(namespace: object.key.namespace, name: object.key.name, from: state.current)
            case .deleted(let object):
                if state.next == nil { state.current.remove(object) } else { state.next?.remove(object) }
            case .synced:
                if let next = state.next { state.current = next }
                state.next = nil
                state.isComplete = true
            case .interrupted, .resumed:
                break
            }
        }
    }
}
