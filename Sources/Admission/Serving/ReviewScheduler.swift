/// Decides which of the reviews that wait is the next: client addresses take turns, and large reviews run one at a time
/// beside the small ones. No I/O.
struct ReviewScheduler<Review> {
    /// Names a review, from ``add(_:of:isLarge:)`` to ``finish(_:)`` or ``cancel(_:)``.
    struct ID: Hashable, Sendable {
        fileprivate let number: UInt64
        fileprivate let isLarge: Bool
        fileprivate let address: String
    }

    /// Reviews of one size: those that wait, by address, and how many run.
    private struct Lane {
        let limit: Int
        var running = 0
        /// The addresses that have a review waiting; the first has the next turn.
        var turns: [String] = []
        var waiting: [String: [(id: ID, review: Review)]] = [:]

        mutating func add(_ review: Review, _ id: ID) {
            if waiting[id.address] == nil { turns.append(id.address) }
            waiting[id.address, default: []].append((id, review))
        }

        mutating func remove(_ id: ID) -> Bool {
            guard let index = waiting[id.address]?.firstIndex(where: { $0.id == id }) else { return false }
            waiting[id.address]?.remove(at: index)
            if waiting[id.address]?.isEmpty == true {
                waiting[id.address] = nil
                turns.removeAll { $0 == id.address }
            }
            return true
        }

        mutating func next() -> (id: ID, review: Review)? {
            guard running < limit, let address = turns.first, let first = waiting[address]?.first else { return nil }
            _ = remove(first.id)
            if waiting[address] != nil {
                turns.removeFirst()
                turns.append(address)
            }
            running += 1
            return first
        }
    }

    private var small: Lane
    private var large: Lane
    private var last: UInt64 = 0

    /// - Parameters:
    ///   - small: How many small reviews run at a time.
    ///   - large: How many large ones.
    init(small: Int, large: Int) {
        self.small = Lane(limit: small)
        self.large = Lane(limit: large)
    }

    /// How many reviews wait.
    var waitingCount: Int {
        [small, large].flatMap(\.waiting.values).reduce(0) { $0 + $1.count }
    }

    /// Takes in a review, which waits for ``next()``.
    mutating func add(_ review: Review, of address: String, isLarge: Bool) -> ID {
        last += 1
        let id = ID(number: last, isLarge: isLarge, address: address)
        if isLarge { large.add(review, id) } else { small.add(review, id) }
        return id
    }

    /// The next review to be run; `nil` if there is none, or if as many run as may.
    mutating func next() -> (id: ID, review: Review)? {
        small.next() ?? large.next()
    }

    /// A review that ``next()`` has handed out has ended.
    mutating func finish(_ id: ID) {
        if id.isLarge { large.running -= 1 } else { small.running -= 1 }
    }

    /// Drops a review if it still waits. One that runs goes on to ``finish(_:)``.
    mutating func cancel(_ id: ID) {
        _ = id.isLarge ? large.remove(id) : small.remove(id)
    }
}
