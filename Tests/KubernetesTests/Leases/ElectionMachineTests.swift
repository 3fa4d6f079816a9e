import ObjectModel
import TestSupport
import Testing

@testable import Kubernetes

@Suite("ElectionMachine")
struct ElectionMachineTests {
    /// A machine and a clock that the test moves.
    private struct Bench {
        var machine: ElectionMachine
        var now = ContinuousClock.now
        var generator = SeededGenerator(seed: 1)

        init(_ identity: String = "me") {
            machine = ElectionMachine(
                identity: identity,
                lease: Lease(namespace: "n", name: "l"),
                timing: ElectionTiming(),
                now: now
            )
        }

        mutating func next() -> ElectionMachine.Action { machine.next(now: now, time: MicroTime(microseconds: 0)) }

        /// Waits as long as the machine wants, and answers what it does then.
        mutating func act() -> ElectionMachine.Action {
            while true {
                let action = next()
                guard case .wait(let instant) = action else { return action }
                now = max(now, instant)
            }
        }

        mutating func read(_ lease: Lease?) { machine.read(lease, now: now, using: &generator) }

        mutating func failed(_ code: KubernetesError.Code) {
            machine.writeFailed(code, now: now, using: &generator)
        }

        /// Makes the lease, and leads.
        mutating func lead() throws {
            _ = act()
            read(nil)
            guard case .create(let lease) = act() else {
                Issue.record("no lease made")
                return
            }
            machine.wrote(lease, begun: now, now: now)
        }
    }

    private func lease(_ holder: String, _ version: Int, seconds: Int = 10) throws -> Lease {
        Lease(
            try item(
                "l",
                version,
                #","spec":{"holderIdentity":"\#(holder)","leaseDurationSeconds":\#(seconds),"leaseTransitions":\#(version)}"#
            )
        )
    }

    @Test("Nobody has made the lease: it is made, and renewed")
    func firstLeader() throws {
        var bench = Bench()
        #expect(bench.act() == .read)
        bench.read(nil)
        guard case .create(let lease) = bench.act() else {
            Issue.record("no lease made")
            return
        }
        #expect(lease.holder == "me")
        #expect(lease.object.metadata.name == "l")
        #expect(lease.object["spec"]?["leaseDurationSeconds"] == .integer(10))
        #expect(lease.object["spec"]?["leaseTransitions"] == .integer(0))
        #expect(bench.machine.held == nil)
        let begun = bench.now
        bench.machine.wrote(lease, begun: begun, now: begun)
        #expect(bench.machine.held == lease)
        #expect(bench.machine.deadline == begun + .seconds(6))
        #expect(bench.next() == .wait(until: begun + .milliseconds(1500)))
        guard case .replace(let renewed) = bench.act() else {
            Issue.record("not renewed")
            return
        }
        #expect(renewed.holder == "me")
        #expect(renewed.object["spec"]?["leaseTransitions"] == .integer(0))
    }

    @Test("Someone else was faster")
    func raceLost() {
        for code in [KubernetesError.Code.alreadyExists, .conflict, .timeout] {
            var bench = Bench()
            _ = bench.act()
            bench.read(nil)
            _ = bench.act()
            bench.failed(code)
            #expect(bench.machine.held == nil)
            guard case .wait = bench.next() else {
                Issue.record("no pause")
                return
            }
            #expect(bench.act() == .read)
        }
    }

    @Test("A lease that is renewed is left alone, however long")
    func alive() throws {
        var bench = Bench()
        for version in 1..<100 {
            #expect(bench.act() == .read)
            bench.read(try lease("other", version))
        }
    }

    @Test("A lease that isn't renewed is taken when it has run out by our clock, and not before")
    func deadLeader() throws {
        var bench = Bench()
        _ = bench.act()
        let seen = bench.now
        let dead = try lease("other", 1)
        bench.read(dead)
        while bench.act() == .read {
            #expect(bench.now - seen <= .seconds(10))
            bench.read(dead)
        }
        #expect(bench.now - seen == .seconds(10))
        guard case .replace(let taken) = bench.next() else {
            Issue.record("not taken")
            return
        }
        #expect(taken.holder == "me")
        #expect(taken.object["spec"]?["leaseTransitions"] == .integer(2))
        #expect(taken.object.metadata.resourceVersion == "1")
    }

    @Test("A holder with a longer lease is waited for, but not for ever")
    func longLease() throws {
        for (seconds, wait) in [(30, 30), (1_000_000, 100), (0, 10), (-5, 10)] {
            var bench = Bench()
            _ = bench.act()
            let seen = bench.now
            let other = try lease("other", 1, seconds: seconds)
            bench.read(other)
            while bench.act() == .read { bench.read(other) }
            #expect(bench.now - seen == .seconds(wait))
        }
    }

    @Test("A lease that was given up, or that is ours, is taken at once")
    func free() throws {
        for holder in ["", "me"] {
            var bench = Bench()
            _ = bench.act()
            bench.read(try lease(holder, 1))
            guard case .replace = bench.next() else {
                Issue.record("not taken")
                return
            }
        }
    }

    @Test("A leader whose renewals fail stops by the deadline, and does not lead by an answer that comes later")
    func deadline() throws {
        var bench = Bench()
        try bench.lead()
        let begun = bench.now
        while bench.machine.held != nil {
            if case .wait(let instant) = bench.next() {
                #expect(instant <= begun + .seconds(6))
                bench.now = max(bench.now, instant)
            } else {
                bench.failed(.unreachable)
            }
        }
        #expect(bench.now == begun + .seconds(6))
        #expect(bench.machine.deadline == nil)
    }

    @Test("Who hears too late that the lease is his doesn't lead")
    func lateAnswer() throws {
        var bench = Bench()
        _ = bench.act()
        bench.read(nil)
        guard case .create(let lease) = bench.act() else {
            Issue.record("no lease made")
            return
        }
        bench.machine.wrote(lease, begun: bench.now, now: bench.now + .seconds(6))
        #expect(bench.machine.held == nil)
        #expect(bench.act() == .read)
    }

    @Test("A change by someone else is looked at; the lease is lost if it isn't ours any more")
    func conflict() throws {
        var bench = Bench()
        try bench.lead()
        _ = bench.act()
        bench.failed(.conflict)
        #expect(bench.next() == .read)
        let relabelled = try lease("me", 5)
        bench.read(relabelled)
        #expect(bench.machine.held == relabelled)
        guard case .replace(let renewed) = bench.next() else {
            Issue.record("not renewed")
            return
        }
        #expect(renewed.object.metadata.resourceVersion == "5")
        bench.failed(.conflict)
        _ = bench.next()
        bench.read(try lease("thief", 6))
        #expect(bench.machine.held == nil)
    }

    @Test("A lease that is deleted is lost")
    func deleted() throws {
        var bench = Bench()
        try bench.lead()
        _ = bench.act()
        bench.failed(.notFound)
        #expect(bench.machine.held == nil)
    }

    @Test("Never two leaders, whatever is lost, late or stopped", arguments: 0..<150 as Range<UInt64>)
    func neverTwo(seed: UInt64) {
        var world = ElectionWorld(seed: seed, candidates: 3)
        for _ in 0..<600 { world.step() }
        #expect(world.reigns > 0)
        #expect(world.conflicts == 0)
    }
}
