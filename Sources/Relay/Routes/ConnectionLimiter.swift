import Synchronization

/// Admits application connections on all routes. May be used from any thread; the lock is held for counting only.
final class ConnectionLimiter: Sendable {
    /// A route, for as long as its port is open.
    typealias Shares = ConnectionShares<ObjectIdentifier>

    private let shares: Mutex<Shares>

    /// How many connections there are.
    var current: Int { shares.withLock { $0.count } }

    init(limits: RelayLimits) {
        shares = Mutex(Shares(total: limits.connections, perRoute: limits.connectionsPerRoute))
    }

    /// Counts a connection in, unless a limit is reached.
    /// - Returns: the limit that keeps it out.
    func admit(_ route: RouteEndpoint, from address: String) -> Shares.Limit? {
        shares.withLock { $0.admit(ObjectIdentifier(route), from: address) }
    }

    /// Counts a connection out that was admitted.
    func leave(_ route: RouteEndpoint, from address: String) {
        shares.withLock { $0.leave(ObjectIdentifier(route), from: address) }
    }
}
