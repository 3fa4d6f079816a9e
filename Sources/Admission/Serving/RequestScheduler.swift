/// Decides which of the requests that wait is answered next: client addresses take turns, and kinds don't wait for each
/// other. No I/O.
struct RequestScheduler<Request> {
    /// What a request asks for.
    enum Kind: Hashable, Sendable, CaseIterable {
        case endpoint, smallReview, largeReview
    }

    /// Names a request, from ``add(_:of:kind:)`` to ``finish(_:)`` or ``cancel(_:)``.
    struct ID: Hashable, Sendable {
        fileprivate let number: UInt64
        fileprivate let kind: Kind
        fileprivate let address: String
    }

    /// Requests of one kind: those that wait, by address, and how many are being answered.
    private struct Lane {
        var running = 0
        /// The addresses that have a request waiting; the first has the next turn.
        var turns: [String] = []
        var waiting: [String: [(id: ID, request: Request)]] = [:]

        mutating func add(_ request: Request, _ id: ID) {
            if waiting[id.address] == nil { turns.append(id.address) }
            waiting[id.address, default: []].append((id, request))
        }

        mutating func remove(_ id: ID) {
            guard let index = waiting[id.address]?.firstIndex(where: { $0.id == id }) else { return }
            waiting[id.address]?.remove(at: index)
            if waiting[id.address]?.isEmpty == true {
                waiting[id.address] = nil
                turns.removeAll { $0 == id.address }
            }
        }

        mutating func next() -> (id: ID, request: Request)? {
            guard let address = turns.first, let first = waiting[address]?.first else { return nil }
            remove(first.id)
            if waiting[address] != nil {
                turns.removeFirst()
                turns.append(address)
            }
            running += 1
            return first
        }
    }

    private let limits: [Kind: Int]
    private var lanes: [Kind: Lane]
    private var last: UInt64 = 0

    /// - Parameter limits: How many requests of each kind are answered at a time; 1 where a kind isn't named.
    init(limits: [Kind: Int]) {
        self.limits = limits
        lanes = Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, Lane()) })
    }

    /// How many requests wait.
    var waitingCount: Int {
        lanes.values.flatMap(\.waiting.values).reduce(0) { $0 + $1.count }
    }

    /// Takes in a request, which waits for ``next()``.
    mutating func add(_ request: Request, of address: String, kind: Kind) -> ID {
        last += 1
        let id = ID(number: last, kind: kind, address: address)
        lanes[kind]?.add(request, id)
        return id
    }

    /// The next request to be answered; `nil` if there is none, or if as many are being answered as may be.
    mutating func next() -> (id: ID, request: Request)? {
        for kind in Kind.allCases {
            guard let lane = lanes[kind], lane.running < limits[kind, default: 1] else { continue }
            if let next = lanes[kind]?.next() { return next }
        }
        return nil
    }

    /// A request that ``next()`` has handed out is answered.
    mutating func finish(_ id: ID) {
        lanes[id.kind]?.running -= 1
    }

    /// Drops a request if it still waits. One that is being answered goes on to ``finish(_:)``.
    mutating func cancel(_ id: ID) {
        lanes[id.kind]?.remove(id)
    }
}
