import RelayRoutes
import Testing

@testable import DestinationController

@Suite("Relay book")
struct RelayBookTests {
    private var book = RelayBook()
    private let claim: RouteClaim

    init() throws {
        claim = try RouteClaim.sample(20_001)
    }

    @Test("Without a relay there is no proof, and before the pods are known no answer")
    mutating func noRelay() {
        #expect(book.proof(of: claim) == .awaited)
        #expect(book.synced() == [20_001])
        #expect(book.proof(of: claim) == .noRelay)
        #expect(book.synced() == [])
    }

    @Test("A relay counts once it has spoken")
    mutating func arrival() throws {
        _ = book.synced()
        #expect(book.proof(of: claim) == .noRelay)
        #expect(book.arrived(1) == [20_001])
        #expect(book.counts == RelayCounts(ready: 1, reporting: 0))
        #expect(book.proof(of: claim) == .awaited)
        #expect(try book.heard(.sample([claim.report()]), from: 1) == [20_001])
        #expect(book.proof(of: claim) == .open)
        #expect(book.counts == RelayCounts(ready: 1, reporting: 1))
        #expect(book.arrived(2) == [], "one that serves it is enough")
        #expect(book.proof(of: claim) == .open)
        #expect(book.left(1) == [20_001])
        #expect(book.proof(of: claim) == .awaited)
        #expect(try book.heard(.sample([]), from: 2) == [20_001])
        #expect(book.proof(of: claim) == .unknown)
        #expect(book.left(2) == [20_001])
        #expect(book.proof(of: claim) == .noRelay)
        #expect(book.counts == RelayCounts())
    }

    @Test("Only what is exactly as claimed counts")
    mutating func stale() throws {
        _ = book.synced()
        _ = book.arrived(1)
        _ = try book.heard(.sample([claim.report()]), from: 1)
        #expect(try book.proof(of: .sample(20_001, owner: "another")) == .contradicted)
        #expect(try book.proof(of: .sample(20_001, destination: "another")) == .contradicted)
        #expect(try book.proof(of: .sample(20_002)) == .unknown)
        var released = claim
        released.releasedAt = "2026-01-01T00:00:00Z"
        #expect(book.proof(of: released) == .open, "whether it is given up is not for the relays to say")
        // The relay follows.
        let changed = try RouteClaim.sample(20_001, destination: "another")
        #expect(book.proof(of: changed) == .contradicted)
        let answer = try RelayAnswer.sample([changed.report()], complete: false, revision: 2)
        #expect(book.heard(answer, from: 1) == [20_001])
        #expect(book.proof(of: changed) == .open)
    }

    @Test("One that serves the port for something else spoils the proof of all others, while it is heard and ready")
    mutating func contradiction() throws {
        _ = book.synced()
        for number in 1...3 { _ = book.arrived(number) }
        let other = try RouteClaim.sample(20_001, owner: "another")
        _ = book.proof(of: claim)
        for number in 1...2 { _ = try book.heard(.sample([claim.report()]), from: number) }
        #expect(book.proof(of: claim) == .open)
        #expect(try book.heard(.sample([other.report()]), from: 3) == [20_001])
        #expect(book.proof(of: claim) == .contradicted)
        #expect(book.proof(of: other) == .contradicted)
        _ = book.proof(of: claim)
        #expect(book.wentAway(3) == [20_001])
        #expect(book.proof(of: claim) == .open)
        #expect(book.counts == RelayCounts(ready: 2, reporting: 2))
        #expect(book.becameReady(3).revised == [20_001], "it has gone on saying so")
        #expect(book.silenced(3) == [20_001])
    }

    @Test("What a relay said last holds its ports for as long as its pod is there")
    mutating func lastWords() throws {
        #expect(book.mayServe(20_001), "the pods aren't known")
        _ = book.synced()
        #expect(!book.mayServe(20_001))
        _ = book.arrived(1)
        #expect(book.mayServe(20_001), "it hasn't said what it serves")
        _ = book.gaveUpWaiting(for: 1)
        #expect(book.mayServe(20_001))
        _ = book.wentAway(1)
        #expect(!book.mayServe(20_001), "one that isn't ready and was never heard: it would hold everything for ever")
        _ = book.becameReady(1)
        _ = try book.heard(.sample([claim.report()]), from: 1)
        let another = try RouteClaim.sample(20_001, owner: "another")
        func check(_ book: RelayBook, mayServeOthers: Bool = false) {
            #expect(book.mayServe(20_001))
            #expect(book.mayServe(20_002) == mayServeOthers)
            #expect(book.serves(20_001, forOthersThan: another.holder.mark))
            #expect(!book.serves(20_001, forOthersThan: claim.holder.mark))
            #expect(!book.serves(20_002, forOthersThan: claim.holder.mark))
        }
        check(book)
        _ = book.silenced(1)
        check(book, mayServeOthers: true)
        _ = book.wentAway(1)
        check(book)
        _ = book.silenced(1)
        #expect(book.counts == RelayCounts())
        #expect(book.becameReady(1).isAwaited)
        check(book, mayServeOthers: true)
        #expect(book.counts == RelayCounts(ready: 1, reporting: 0))
        _ = try book.heard(.sample([]), from: 1)
        #expect(!book.mayServe(20_001))
        _ = try book.heard(.sample([claim.report()]), from: 1)
        _ = book.left(1)
        #expect(!book.mayServe(20_001))
    }

    @Test("One that isn't ready is heard too: it proves nothing, holds its ports, and counts from when it is ready")
    mutating func unready() throws {
        _ = book.synced()
        #expect(book.proof(of: claim) == .noRelay)
        book.appeared(1)
        #expect(book.isSettled)
        #expect(try book.heard(.sample([claim.report()]), from: 1) == [])
        #expect(book.proof(of: claim) == .noRelay)
        #expect(book.counts == RelayCounts())
        #expect(book.mayServe(20_001) && !book.mayServe(20_002))
        let (isAwaited, revised) = book.becameReady(1)
        #expect(!isAwaited && revised == [20_001])
        #expect(book.proof(of: claim) == .open)
        #expect(book.counts == RelayCounts(ready: 1, reporting: 1))
    }

    @Test("The best that any relay says counts: open, then failed, then being looked up")
    mutating func best() throws {
        _ = book.synced()
        let steps: [(RouteReport.Lookup, RouteProof)] = [
            (.pending, .lookingUp), (.failed(reason: "R", message: "m"), .failed(reason: "R", message: "m")),
            (.failed(reason: "Q", message: "m"), .failed(reason: "Q", message: "m")), (.found, .open),
        ]
        _ = book.proof(of: claim)
        for (number, step) in steps.enumerated() {
            _ = book.arrived(number)
            #expect(try book.heard(.sample([claim.report(step.0)]), from: number) == [20_001])
            #expect(book.proof(of: claim) == step.1)
        }
        for (number, step) in steps.enumerated().reversed().dropLast() {
            #expect(book.left(number) == [20_001])
            #expect(book.proof(of: claim) == steps[number - 1].1)
            #expect(step.1 != steps[number - 1].1)
        }
    }

    @Test("Only ports that were asked about are told, and only when the answer differs")
    mutating func minimal() throws {
        _ = book.synced()
        _ = book.arrived(1)
        let claims = try (20_001...20_100).map { try RouteClaim.sample($0) }
        #expect(try book.heard(.sample(claims.map { $0.report() }), from: 1) == [])
        for claim in claims.prefix(3) { _ = book.proof(of: claim) }
        _ = book.arrived(2)
        #expect(try book.heard(.sample(claims.map { $0.report() }), from: 2) == [])
        #expect(book.left(1) == [])
        let closed = try RelayAnswer.sample([], closed: [20_002, 20_050], complete: false, revision: 2)
        #expect(book.heard(closed, from: 2) == [20_002])
        #expect(book.left(2) == [20_001, 20_002, 20_003])
    }

    @Test("A relay that falls silent counts for nothing until it has said everything anew")
    mutating func silence() throws {
        _ = book.synced()
        _ = book.arrived(1)
        _ = book.proof(of: claim)
        _ = try book.heard(.sample([claim.report()]), from: 1)
        #expect(book.silenced(1) == [20_001])
        #expect(book.silenced(1) == [])
        #expect(book.proof(of: claim) == .unknown)
        #expect(book.counts == RelayCounts(ready: 1, reporting: 0))
        let change = try RelayAnswer.sample([claim.report()], complete: false, revision: 2)
        #expect(book.heard(change, from: 1) == [], "changes of what isn't known")
        #expect(try book.heard(.sample([claim.report()]), from: 1) == [20_001])
        #expect(book.gaveUpWaiting(for: 1) == [], "it has spoken")
        #expect(book.proof(of: claim) == .open)
    }

    @Test("Nobody waits for a first word for ever")
    mutating func patience() {
        _ = book.synced()
        _ = book.arrived(1)
        #expect(book.proof(of: claim) == .awaited)
        #expect(book.gaveUpWaiting(for: 1) == [20_001])
        #expect(book.proof(of: claim) == .unknown)
        #expect(book.gaveUpWaiting(for: 2) == [])
        #expect(book.left(2) == [])
    }

    @Test("A list in place of changes takes away what it doesn't hold")
    mutating func complete() throws {
        _ = book.synced()
        _ = book.arrived(1)
        let other = try RouteClaim.sample(20_002)
        _ = try book.heard(.sample([claim.report(), other.report()]), from: 1)
        _ = (book.proof(of: claim), book.proof(of: other))
        #expect(try book.heard(.sample([other.report()]), from: 1) == [20_001])
        #expect(book.proof(of: claim) == .unknown)
    }

    @Test("Equal failures of all relays are kept once, and no longer than they are reported")
    mutating func failures() throws {
        _ = book.synced()
        let claims = try (20_001...20_010).map { try RouteClaim.sample($0) }
        for number in 1...5 {
            _ = book.arrived(number)
            let reports = claims.map { $0.report(.failed(reason: "R", message: "m\($0.port % 2)")) }
            _ = try book.heard(.sample(reports), from: number)
        }
        #expect(book.failureCount == 2)
        for number in 1...5 {
            #expect(book.failureCount == 2)
            _ = book.left(number)
        }
        #expect(book.failureCount == 0)
    }

    @Test("What a relay says at length is cut")
    mutating func bounds() throws {
        _ = book.synced()
        _ = book.arrived(1)
        let long = String(repeating: "x\n", count: 2000)
        _ = try book.heard(.sample([claim.report(.failed(reason: long, message: long))]), from: 1)
        guard case .failed(let reason, let message) = book.proof(of: claim) else {
            Issue.record("not failed")
            return
        }
        #expect(reason.utf8.count <= 200 && message.utf8.count <= 1000 && !message.contains("\n"))
        let empty = try RelayAnswer.sample([claim.report(.failed(reason: "", message: ""))])
        _ = book.heard(empty, from: 1)
        #expect(book.proof(of: claim) == .failed(reason: "ConfigurationFailed", message: ""))
    }
}

extension RelayBook {
    /// A relay has appeared, and is ready.
    fileprivate mutating func arrived(_ number: RelayNumber) -> Set<Int> {
        appeared(number)
        return becameReady(number).revised
    }
}
