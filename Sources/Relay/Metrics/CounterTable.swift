import Synchronization
import Telemetry

/// Counters that come to be when they are first needed: a route uses few of the many reasons there are.
///
/// May be used from any thread; the lock is held for a look-up only.
final class CounterTable<Key: Hashable & Sendable>: Sendable {
    private let table = Mutex<[Key: Counter]>([:])

    func increment(_ key: Key) {
        let counter = table.withLock { table in
            if let counter = table[key] { return counter }
            let counter = Counter()
            table[key] = counter
            return counter
        }
        counter.increment()
    }

    /// All there are, in no order.
    var counters: [(Key, Counter)] {
        table.withLock { $0.map { ($0.key, $0.value) } }
    }
}
