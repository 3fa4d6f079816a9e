import Synchronization

/// Answers requests off the event loops, in the order of ``RequestScheduler``. May be used from any thread.
final class RequestQueue: Sendable {
    typealias Work = @Sendable () async -> Void
    typealias Kind = RequestScheduler<Work>.Kind
    typealias ID = RequestScheduler<Work>.ID

    private let scheduler: Mutex<RequestScheduler<Work>>

    init(_ limits: ServingLimits) {
        scheduler = Mutex(
            RequestScheduler(limits: [
                .endpoint: limits.endpointsAtATime, .smallReview: limits.smallReviews,
                .largeReview: limits.largeReviews,
            ])
        )
    }

    /// Runs `work` when it is the turn of its client address.
    func submit(_ kind: Kind, from address: String, _ work: @escaping Work) -> ID {
        let id = scheduler.withLock { $0.add(work, of: address, kind: kind) }
        startNext()
        return id
    }

    /// Drops work that has not begun.
    func cancel(_ id: ID) {
        scheduler.withLock { $0.cancel(id) }
    }

    private func startNext() {
        while let next = scheduler.withLock({ $0.next() }) {
            Task {
                await next.request()
                scheduler.withLock { $0.finish(next.id) }
                startNext()
            }
        }
    }
}
