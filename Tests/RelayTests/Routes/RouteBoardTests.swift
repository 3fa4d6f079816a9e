import DestinationModel
import RelayRoutes
import Testing

@testable import Relay

@Suite struct RouteBoardTests {
    private func report(_ port: Int) throws -> RouteReport {
        RouteReport(port: port, address: "::", route: try TestRelay.route(), owner: "uid", lookup: .pending)
    }

    @Test func wakesThoseWhoWait() async throws {
        let board = RouteBoard(run: "a")
        async let one = board.changes(epoch: "a", after: 0, waiting: .seconds(60))
        async let two = board.changes(epoch: "a", after: 0, waiting: .seconds(60))
        board.set(try report(20_000))
        board.lookedUp(port: 20_001, .found)
        #expect(await one.routes.map(\.port) == [20_000])
        #expect(await two.routes.map(\.port) == [20_000])
        async let three = board.changes(epoch: "a", after: 1, waiting: .seconds(60))
        board.lookedUp(port: 20_000, .found)
        #expect(await three.routes.map(\.lookup) == [.found])
        async let four = board.changes(epoch: "a", after: 2, waiting: .seconds(60))
        board.remove(port: 20_000)
        #expect(await four.closed == [20_000])
    }

    @Test func waitsNoLongerThanAsked() async {
        let board = RouteBoard(run: "a")
        #expect(await board.changes(epoch: "a", after: 0, waiting: .milliseconds(5)).isEmpty)
        #expect(await board.changes(epoch: "a", after: 0, waiting: .zero).isEmpty)
        #expect(await board.changes(epoch: nil, after: nil, waiting: .seconds(60)).isComplete)
    }

    /// A client that hangs up must not be waited for, nor one too many.
    @Test func cancelledAndSupernumeraryWaitersLeave() async throws {
        let board = RouteBoard(run: "a")
        let waiting = Task { await board.changes(epoch: "a", after: 0, waiting: .seconds(600)) }
        waiting.cancel()
        #expect(await waiting.value.isEmpty)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0...RouteBoard.maximumWaiters {
                group.addTask { await board.changes(epoch: "a", after: 0, waiting: .seconds(600)).isEmpty }
            }
            // The one too many.
            #expect(await group.next() == true)
            group.cancelAll()
        }
    }
}
