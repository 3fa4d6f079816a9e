import Synchronization

/// How many application connections there are on all routes, against the limit. May be used from any thread.
final class ConnectionCount: Sendable {
    private let count = Atomic<Int>(0)
    private let limit: Int

    /// How many there are.
    var current: Int { count.load(ordering: .relaxed) }

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts one more, unless that would be too many.
    func admit() -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= limit else {
            leave()
            return false
        }
        return true
    }

    func leave() {
        count.subtract(1, ordering: .relaxed)
    }
}
