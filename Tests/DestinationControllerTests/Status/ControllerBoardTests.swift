import DestinationModel
import Kubernetes
import Synchronization
import Testing

@testable import DestinationController

@Suite("Controller board")
struct ControllerBoardTests {
    private let key = ObjectKey(namespace: "shop", name: "mail")

    private func summary(_ proofs: [RouteProof]) -> DestinationSummary {
        let tenants = proofs.enumerated().map { StatusSubject.sample.tenant("t\($0.offset)", $0.element) }
        return StatusComposer.compose(.sample, tenants: tenants, before: .none, now: .at(0)).summary
    }

    @Test("Nothing stands on it but while a controller works")
    func life() {
        let board = ControllerBoard()
        board.set(key, summary([.open]))
        #expect(board.snapshot == nil)
        board.begin()
        board.set(key, summary([.open]))
        #expect(board.snapshot?.destinations.count == 1)
        board.end()
        #expect(board.snapshot == nil)
        board.begin()
        #expect(board.snapshot?.destinations.isEmpty == true)
    }

    @Test("Destinations and tenants are counted")
    func counts() throws {
        let board = ControllerBoard()
        board.begin()
        board.set(key, nil)
        #expect(board.snapshot?.availability ?? (9, 9, 9) == (0, 0, 1))
        board.set(key, summary([.open, .noRelay, .failed(reason: "R", message: "m")]))
        // Looked at again, but not yet done.
        board.set(key, nil)
        board.set(ObjectKey(namespace: "shop", name: "other"), summary([.open]))
        let snapshot = try #require(board.snapshot)
        #expect(snapshot.availability == (1, 1, 0))
        #expect(snapshot.tenants(.ready) == 2 && snapshot.tenants(.pending) == 1 && snapshot.tenants(.failed) == 1)
        board.remove(key)
        #expect(board.snapshot?.destinations.count == 1)
    }

    @Test("The rest is kept as it is said")
    func rest() throws {
        let events = Mutex<[ControllerEvent]>([])
        let board = ControllerBoard { event in events.withLock { $0.append(event) } }
        board.begin()
        let now = ContinuousClock.now
        board.set(queueLength: 3, oldest: now - .seconds(5))
        board.set(ports: ControllerSnapshot.Ports(served: 1, quarantined: 2, free: 3))
        board.set(relays: RelayCounts(ready: 2, reporting: 1))
        board.set(.pods, WatchCondition(true, false, nil))
        board.resynced(at: .at(7))
        board.tell(.wrote(.alias))
        let snapshot = try #require(board.snapshot)
        #expect(snapshot.queueLength == 3)
        #expect(snapshot.oldestQueuedAge(at: now) == .seconds(5))
        #expect(snapshot.oldestQueuedAge(at: now - .seconds(60)) == .zero)
        #expect(snapshot.ports?.free == 3)
        #expect(snapshot.relays == RelayCounts(ready: 2, reporting: 1))
        #expect(snapshot.watches[.pods]?.isConnected == false)
        #expect(snapshot.lastResync == .at(7))
        #expect(events.withLock { $0 } == [.wrote(.alias)])
    }
}
