import Testing

@testable import Relay

@Suite("Connection shares")
struct ConnectionSharesTests {
    typealias Shares = ConnectionShares<String>

    /// Takes as many connections as there are for a route.
    private static func take(_ route: String, from address: String, _ shares: inout Shares) -> (Int, Shares.Limit?) {
        var count = 0
        while count < 1000 {
            if let limit = shares.admit(route, from: address) { return (count, limit) }
            count += 1
        }
        return (count, nil)
    }

    @Test("two routes that take all they get leave room for the others")
    func routes() {
        var shares = Shares(total: 400, perRoute: 200)
        #expect(Self.take("a", from: "1", &shares) == (200, .connectionsPerRoute))
        #expect(Self.take("b", from: "2", &shares) == (150, .routeShare))
        #expect(Self.take("c", from: "3", &shares) == (38, .routeShare))
        #expect(Self.take("d", from: "4", &shares) == (9, .routeShare))
        #expect(Self.take("e", from: "5", &shares) == (3, .connections))
    }

    @Test("one address that takes all it gets leaves room for the others, on any route")
    func addresses() {
        var shares = Shares(total: 400, perRoute: 400)
        let taken = (0..<40).map { Self.take("r\($0)", from: "1", &shares).0 }.reduce(0, +)
        // Three quarters, and the first connection of each other route.
        #expect(taken == 339)
        #expect(Self.take("r0", from: "2", &shares).1 == .routeShare)
        #expect(Self.take("r1", from: "2", &shares).0 > 0)
        #expect(shares.count < 400)
    }

    @Test("the first connection of a route is admitted from an address that has its share")
    func firstOfRoute() {
        var shares = Shares(total: 400, perRoute: 200)
        for route in ["a", "b"] { _ = Self.take(route, from: "nat", &shares) }
        #expect(shares.count == 300)
        let answers = (0..<2).map { _ in shares.admit("c", from: "nat") }
        #expect(answers == [nil, .addressShare])
    }

    @Test("connections that leave are free again, and nothing is remembered of them")
    func leaving() {
        var shares = Shares(total: 4, perRoute: 4)
        let first = Self.take("a", from: "1", &shares)
        #expect(first == (3, .routeShare))
        for _ in 0..<3 { shares.leave("a", from: "1") }
        #expect(shares.count == 0)
        #expect(Self.take("a", from: "1", &shares) == first)
    }

    @Test("a single connection is possible where only one is allowed")
    func single() {
        var shares = Shares(total: 1, perRoute: 1)
        #expect(Self.take("a", from: "1", &shares) == (1, .connections))
    }
}
