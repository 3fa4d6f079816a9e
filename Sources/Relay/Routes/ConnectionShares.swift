/// Shares the relay's connections among routes and among client addresses.
///
/// A route, and a client address, may hold ``portion`` times as many connections as are free. One alone gets three quarters
/// of all, two get three sevenths each, and so on: what is left shrinks with the number of those that take much, and never
/// to nothing, so a newcomer finds room. No connection is closed for another. An address may always open the first
/// connection of a route, since many clients may come from one address where it is translated.
///
/// Pure; each call takes constant time.
struct ConnectionShares<Route: Hashable & Sendable>: Sendable {
    /// The limit that keeps a connection out.
    enum Limit: String, Hashable, Sendable, CaseIterable {
        /// All connections are in use.
        case connections
        /// The route has as many as a single one may have.
        case connectionsPerRoute = "connections_per_route"
        /// The route has more than its share of a total that is scarce.
        case routeShare = "route_share"
        /// The client's address has more than its share of a total that is scarce.
        case addressShare = "address_share"
    }

    /// How many times as many as are free a route or an address may hold.
    static var portion: Int { 3 }

    let total: Int
    let perRoute: Int
    /// How many there are.
    private(set) var count = 0
    private var byRoute: [Route: Int] = [:]
    private var byAddress: [String: Int] = [:]

    /// - Parameters:
    ///   - total: the most connections in all.
    ///   - perRoute: the most on one route.
    init(total: Int, perRoute: Int) {
        self.total = total
        self.perRoute = perRoute
    }

    /// Counts a connection in, unless a limit is reached.
    /// - Returns: the limit that keeps it out.
    mutating func admit(_ route: Route, from address: String) -> Limit? {
        let (onRoute, ofAddress) = (byRoute[route, default: 0], byAddress[address, default: 0])
        let share = Self.portion * (total - count)
        if count >= total { return .connections }
        if onRoute >= perRoute { return .connectionsPerRoute }
        if onRoute >= share { return .routeShare }
        if ofAddress >= share, onRoute > 0 { return .addressShare }
        count += 1
        byRoute[route] = onRoute + 1
        byAddress[address] = ofAddress + 1
        return nil
    }

    /// Counts a connection out that was admitted.
    mutating func leave(_ route: Route, from address: String) {
        count -= 1
        Self.decrement(&byRoute, route)
        Self.decrement(&byAddress, address)
    }

    private static func decrement<Key>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
