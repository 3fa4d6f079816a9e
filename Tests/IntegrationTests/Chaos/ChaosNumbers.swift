import Synchronization

/// Gives out the numbers of the messages, each once.
final class ChaosNumbers: Sendable {
    let total: Int
    private let given = Mutex(0)

    init(_ total: Int) { self.total = total }

    /// The next number; nil when all are given out.
    func next() -> Int? {
        given.withLock { given in
            guard given < total else { return nil }
            given += 1
            return given
        }
    }

    var isOver: Bool { given.withLock { $0 >= total } }
}
