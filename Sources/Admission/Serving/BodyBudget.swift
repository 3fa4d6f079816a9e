import Synchronization

/// How many octets of requests' bodies may be held at a time, over all connections. May be used from any thread.
final class BodyBudget: Sendable {
    private let limit: Int
    private let used = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes some.
    ///
    /// - Returns: `false` where not as many are left; then none are taken.
    func take(_ count: Int) -> Bool {
        used.withLock { used in
            guard count <= limit - used else { return false }
            used += count
            return true
        }
    }

    /// Gives back what was taken.
    func give(back count: Int) {
        used.withLock { $0 -= count }
    }
}
