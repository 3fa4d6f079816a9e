import Synchronization

/// Runs reviews off the event loops, in the order of ``ReviewScheduler``. May be used from any thread.
final class ReviewQueue: Sendable {
    typealias Work = @Sendable () -> Void
    typealias ID = ReviewScheduler<Work>.ID

    private let scheduler: Mutex<ReviewScheduler<Work>>

    init(_ limits: ServingLimits) {
        scheduler = Mutex(ReviewScheduler(small: limits.smallReviews, large: limits.largeReviews))
    }

    /// How many reviews wait.
    var waitingCount: Int { scheduler.withLock { $0.waitingCount } }

    /// Runs `work` when it is the turn of its client address.
    func submit(from address: String, isLarge: Bool, _ work: @escaping Work) -> ID {
        let id = scheduler.withLock { $0.add(work, of: address, isLarge: isLarge) }
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
                next.review()
                scheduler.withLock { $0.finish(next.id) }
                startNext()
            }
        }
    }
}
