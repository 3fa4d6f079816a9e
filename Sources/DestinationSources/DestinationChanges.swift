internal import Synchronization

/// What may have changed at a source.
public enum DestinationChange: Hashable, Sendable {
    /// These and their tenants' alone.
    case destinations(Set<DestinationKey>)
    /// More than was worth remembering: look everything up again.
    case everything
}

/// Changes at a source, for one consumer. Those that come while nobody listens are merged, so nothing is lost and
/// memory is bounded.
public struct DestinationChanges: AsyncSequence, Sendable {
    public typealias Element = DestinationChange
    public typealias Failure = Never

    let subscription: DestinationChangeHub.Subscription

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: subscription) }

    /// Waits for changes. Ends when the task is cancelled.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let subscription: DestinationChangeHub.Subscription

        public mutating func next() async -> DestinationChange? { await subscription.next() }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> DestinationChange? {
            await subscription.next()
        }
    }
}

/// Tells every subscriber of a source about changes.
final class DestinationChangeHub: Sendable {
    private struct Weak {
        weak var subscription: Subscription?
    }

    private let subscriptions = Mutex<[Weak]>([])

    func subscribe() -> DestinationChanges {
        let subscription = Subscription()
        subscriptions.withLock { list in
            list.removeAll { $0.subscription == nil }
            list.append(Weak(subscription: subscription))
        }
        return DestinationChanges(subscription: subscription)
    }

    func publish(_ keys: Set<DestinationKey>) {
        guard !keys.isEmpty else { return }
        publish(.destinations(keys))
    }

    func publish(_ change: DestinationChange) {
        for subscription in subscriptions.withLock({ $0.compactMap(\.subscription) }) { subscription.add(change) }
    }

    /// One subscriber's unread changes.
    final class Subscription: Sendable {
        static let maximumKeys = 1024

        private struct State {
            var pending: DestinationChange?
            var waiter: CheckedContinuation<DestinationChange?, Never>?
            var isCancelled = false
        }

        private let state = Mutex(State())

        func add(_ new: DestinationChange) {
            let (waiter, change) = state.withLock { state in
                var change = new
                switch (state.pending, new) {
                case (.destinations(let earlier), .destinations(let keys)): change = .destinations(earlier.union(keys))
                case (.everything, _), (_, .everything): change = .everything
                case (nil, .destinations): break
                }
                if case .destinations(let all) = change, all.count > Self.maximumKeys { change = .everything }
                state.pending = state.waiter == nil ? change : nil
                return (state.waiter.take(), change)
            }
            waiter?.resume(returning: change)
        }

        func next() async -> DestinationChange? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let answer: DestinationChange?? = state.withLock { state in
                        if let change = state.pending.take() { return .some(change) }
                        // A second consumer ends at once rather than leave the first one hanging.
                        guard !state.isCancelled, state.waiter == nil else { return .some(nil) }
                        state.waiter = continuation
                        return nil
                    }
                    if let answer { continuation.resume(returning: answer) }
                }
            } onCancel: {
                let waiter = state.withLock { state in
                    state.isCancelled = true
                    return state.waiter.take()
                }
                waiter?.resume(returning: nil)
            }
        }
    }
}
