import RelayRoutes
import TestSupport
import Testing

@testable import DestinationController

/// Random events against a model that keeps whole reports and works everything out anew each time.
@Suite("Relay book, against a model")
struct RelayBookModelTests {
    private struct Model {
        enum Speech { case awaited, speaking, silent }

        var relays: [Int: (isReady: Bool, speech: Speech, reports: [Int: RouteReport])] = [:]
        var isSynced = false

        func proof(_ claim: RouteClaim) -> RouteProof {
            let ready = relays.values.filter(\.isReady)
            let reports = ready.filter { $0.speech == .speaking }.compactMap { $0.reports[claim.port] }
            if reports.contains(where: { $0.owner != claim.owner || $0.route != claim.route }) { return .contradicted }
            let lookups = reports.map(\.lookup)
            if lookups.contains(.found) { return .open }
            let failures = lookups.compactMap { lookup -> (String, String)? in
                guard case .failed(let reason, let message) = lookup else { return nil }
                return (reason, message)
            }
            if let first = failures.min(by: <) { return .failed(reason: first.0, message: first.1) }
            if !lookups.isEmpty { return .lookingUp }
            if !isSynced || ready.contains(where: { $0.speech == .awaited }) { return .awaited }
            return ready.isEmpty ? .noRelay : .unknown
        }

        func mayServe(_ port: Int) -> Bool {
            !isSynced
                || relays.values.contains {
                    ($0.isReady && $0.speech != .speaking) || $0.reports[port] != nil
                }
        }
    }

    @Test("They agree, whatever happens", arguments: 0..<8 as Range<UInt64>)
    func agree(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var book = RelayBook()
        var model = Model()
        var asked: [Int: (claim: RouteClaim, answer: RouteProof)] = [:]
        for _ in 0..<400 {
            let changed = try step(&book, &model, &random)
            let expected = asked.filter { model.proof($0.value.claim) != $0.value.answer }
            #expect(changed == Set(expected.keys))
            for (port, question) in expected { asked[port]?.answer = model.proof(question.claim) }
            if Int.random(in: 0..<3, using: &random) == 0 {
                let claim = try claim(&random)
                let answer = book.proof(of: claim)
                #expect(answer == model.proof(claim))
                asked[claim.port] = (claim, answer)
            }
            let port = Int.random(in: 20_000..<20_012, using: &random)
            #expect(book.mayServe(port) == model.mayServe(port))
            #expect(book.counts.ready == model.relays.values.count { $0.isReady })
            #expect(book.counts.reporting == model.relays.values.count { $0.isReady && $0.speech == .speaking })
        }
        let failures = model.relays.values.flatMap { $0.reports.values.map(\.lookup) }.filter { lookup in
            if case .failed = lookup { true } else { false }
        }
        #expect(book.failureCount == Set(failures).count)
    }

    private func claim(_ random: inout SeededGenerator) throws -> RouteClaim {
        try .sample(
            Int.random(in: 20_000..<20_012, using: &random),
            owner: "uid\(Int.random(in: 0..<2, using: &random))"
        )
    }

    private func report(_ random: inout SeededGenerator) throws -> RouteReport {
        let lookup: RouteReport.Lookup =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .pending
            case 1: .failed(reason: "R\(Int.random(in: 0..<2, using: &random))", message: "m")
            default: .found
            }
        return try claim(&random).report(lookup)
    }

    private func step(
        _ book: inout RelayBook,
        _ model: inout Model,
        _ random: inout SeededGenerator
    ) throws -> Set<Int> {
        let number = Int.random(in: 0..<5, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            model.isSynced = true
            return book.synced()
        case 1, 2:
            if model.relays[number] == nil {
                model.relays[number] = (false, .awaited, [:])
                book.appeared(number)
                return []
            }
            let wasReady = model.relays[number]?.isReady == true
            model.relays[number]?.isReady = true
            if !wasReady, model.relays[number]?.speech == .silent { model.relays[number]?.speech = .awaited }
            let (isAwaited, revised) = book.becameReady(number)
            #expect(isAwaited == (!wasReady && model.relays[number]?.speech == .awaited))
            return revised
        case 3:
            model.relays[number] = nil
            return book.left(number)
        case 4:
            model.relays[number]?.speech = .silent
            return book.silenced(number)
        case 5:
            if let relay = model.relays[number], relay.isReady, relay.speech == .awaited {
                model.relays[number]?.speech = .silent
            }
            return book.gaveUpWaiting(for: number)
        case 8:
            model.relays[number]?.isReady = false
            return book.wentAway(number)
        case 6, 7:
            return try heard(complete: true, number, &book, &model, &random)
        default:
            return try heard(complete: false, number, &book, &model, &random)
        }
    }

    private func heard(
        complete: Bool,
        _ number: Int,
        _ book: inout RelayBook,
        _ model: inout Model,
        _ random: inout SeededGenerator
    ) throws -> Set<Int> {
        let reports = try (0..<Int.random(in: 0..<6, using: &random)).map { _ in try report(&random) }
        let closed = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
            Int.random(in: 20_000..<20_012, using: &random)
        }
        if let relay = model.relays[number], complete || relay.speech == .speaking {
            var known = complete ? [:] : relay.reports
            for port in closed { known[port] = nil }
            for report in reports { known[report.port] = report }
            model.relays[number] = (relay.isReady, .speaking, known)
        }
        return book.heard(try .sample(reports, closed: closed, complete: complete), from: number)
    }
}
