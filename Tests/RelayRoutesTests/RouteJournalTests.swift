import RelayRoutes
import TestSupport
import Testing

@Suite("The journal of routes")
struct RouteJournalTests {
    private func report(_ port: Int, owner: String = "uid", _ lookup: RouteReport.Lookup = .pending) throws
        -> RouteReport
    {
        RouteReport(port: port, address: "::", route: try claim(port: port).route, owner: owner, lookup: lookup)
    }

    @Test("Who knows nothing hears all")
    func complete() throws {
        var journal = RouteJournal(run: "a")
        #expect(journal.set(try report(20_001)))
        #expect(journal.set(try report(20_000)))
        for (epoch, after) in [(nil, nil), ("a", nil), (nil, 0), ("b", 2), ("a", 3), ("a", -1)] as [(String?, Int?)] {
            let changes = journal.changes(epoch: epoch, after: after)
            #expect(changes.isComplete)
            #expect(changes.routes.map(\.port) == [20_000, 20_001])
            #expect(changes.epoch == "a" && changes.revision == 2)
            #expect(!changes.isEmpty)
        }
    }

    @Test("Who knows something hears what is new, and of each port only the last")
    func news() throws {
        var journal = RouteJournal(run: "a")
        _ = journal.set(try report(20_000))
        _ = journal.set(try report(20_001))
        #expect(journal.changes(epoch: "a", after: 2).isEmpty)
        #expect(!journal.set(try report(20_001)))
        _ = journal.set(try report(20_001, .found))
        _ = journal.set(try report(20_002))
        let (isNew, isNewAgain) = (journal.remove(port: 20_002), journal.remove(port: 20_002))
        #expect(isNew && !isNewAgain)
        let changes = journal.changes(epoch: "a", after: 2)
        #expect(!changes.isComplete && !changes.isEmpty)
        #expect(changes.routes == [try report(20_001, .found)])
        #expect(changes.closed == [20_002])
        #expect(journal.changes(epoch: "a", after: changes.revision).isEmpty)
        // Open again, with another owner.
        _ = journal.set(try report(20_002, owner: "other"))
        #expect(journal.changes(epoch: "a", after: 2).closed.isEmpty)
        #expect(journal.changes(epoch: "a", after: 2).routes.map(\.owner) == ["uid", "other"])
    }

    @Test("When closed ports are forgotten, everybody begins anew")
    func forgetting() throws {
        var journal = RouteJournal(run: "a", limit: 3)
        for port in 20_000..<20_004 { _ = journal.set(try report(port)) }
        let before = journal.changes(epoch: nil, after: nil)
        for port in 20_000..<20_004 { _ = journal.remove(port: port) }
        #expect(journal.epoch != "a")
        let changes = journal.changes(epoch: before.epoch, after: before.revision)
        #expect(changes.isComplete && changes.routes.isEmpty)
    }

    /// A follower that asks now and then, as the manager does, never believes anything else than what is.
    @Test("Followers know what is", arguments: 0..<10)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var journal = RouteJournal(run: "a", limit: 5)
        var known: [Int: RouteReport] = [:]
        var last: RouteChanges?
        for _ in 0..<2000 {
            let port = Int.random(in: 20_000..<20_012, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: _ = journal.remove(port: port)
            case 1: _ = journal.set(try report(port, .found))
            default: _ = journal.set(try report(port, owner: "\(Int.random(in: 0..<3, using: &generator))"))
            }
            guard Int.random(in: 0..<4, using: &generator) == 0 else { continue }
            let changes = journal.changes(epoch: last?.epoch, after: last?.revision)
            if changes.isComplete { known = [:] }
            for report in changes.routes { known[report.port] = report }
            for port in changes.closed { known[port] = nil }
            last = changes
            #expect(known.values.sorted { $0.port < $1.port } == journal.reports)
        }
    }
}
