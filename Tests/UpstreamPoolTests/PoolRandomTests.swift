import TestSupport
import Testing

@testable import UpstreamPool

@Suite("Pool: random events")
struct PoolRandomTests {
    typealias Pool = PoolStateMachine<Int, Int>

    /// What the owner of a pool knows, and what must hold whatever happens.
    struct Owner {
        var opening: Set<Pool.SessionID> = []
        var probing: Set<Pool.SessionID> = []
        var lent: [Pool.SessionID: Int] = [:]
        var idle: Set<Pool.SessionID> = []
        var postponed: Set<Pool.SessionID> = []
        var closing: Set<Pool.SessionID> = []
        var seen: Set<Pool.SessionID> = []
        var waiting: Set<Int> = []
        var wantFresh: Set<Int> = []
        var served = 0

        var count: Int { opening.count + probing.count + lent.count + idle.count + closing.count }

        mutating func carryOut(_ actions: [Pool.Action], cap: Int) {
            for action in actions {
                switch action {
                case .open(let id):
                    #expect(seen.insert(id).inserted || postponed.remove(id) != nil, "no number twice")
                    #expect(count < cap, "never more than the cap")
                    opening.insert(id)
                case .withdraw(let id):
                    #expect(postponed.remove(id) != nil)
                case .probe(let id):
                    #expect(idle.remove(id) != nil)
                    probing.insert(id)
                case .lend(let id, let waiter, let isReused, _):
                    #expect(idle.remove(id) != nil, "only what is free is lent")
                    #expect(waiting.remove(waiter) != nil, "answered once, and only who waits")
                    #expect(!isReused || wantFresh.remove(waiter) == nil)
                    lent[id] = waiter
                    served += 1
                case .deny(let waiter, _, _):
                    #expect(waiting.remove(waiter) != nil)
                case .close(let id, _):
                    #expect(idle.remove(id) != nil)
                    closing.insert(id)
                }
            }
        }
    }

    @Test("Thousands of events", arguments: Array(UInt64(1)...20))
    func events(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var limits = PoolLimits()
        limits.sessions = Int.random(in: 1...4, using: &random)
        limits.waiters = Int.random(in: 1...8, using: &random)
        limits.messages = Int.random(in: 1...5, using: &random)
        limits.probeAfter = .seconds(Int.random(in: 0...6, using: &random))
        var pool = Pool(limits: limits)
        var owner = Owner()
        var now = ContinuousClock.now
        var nextWaiter = 0
        for step in 0..<3000 {
            now += .milliseconds([0, 0, 10, 500, 3000, 20_000].randomElement(using: &random) ?? 0)
            let cap = pool.cap(at: now)
            switch Int.random(in: 0..<14, using: &random) {
            case 0...3:
                nextWaiter += 1
                owner.waiting.insert(nextWaiter)
                let fresh = Int.random(in: 0..<4, using: &random) == 0
                if fresh { owner.wantFresh.insert(nextWaiter) }
                owner.carryOut(pool.acquire(nextWaiter, fresh: fresh, at: now), cap: cap)
            case 4, 5:
                guard let id = owner.opening.inOrder.randomElement(using: &random) else { continue }
                owner.opening.remove(id)
                owner.idle.insert(id)
                owner.carryOut(pool.opened(id, at: now), cap: cap)
            case 6:
                guard let id = owner.opening.inOrder.randomElement(using: &random) else { continue }
                owner.opening.remove(id)
                let kinds: [Pool.OpeningFailure] = [.unavailable, .tooManySessions, .loginRefused]
                let kind = kinds.randomElement(using: &random) ?? .unavailable
                owner.carryOut(pool.openingFailed(id, kind, 7, at: now), cap: cap)
            case 7, 8:
                guard let id = Set(owner.lent.keys).inOrder.randomElement(using: &random) else { continue }
                owner.lent[id] = nil
                owner.idle.insert(id)
                owner.carryOut(pool.released(id, at: now), cap: cap)
            case 9:
                guard let id = owner.probing.inOrder.randomElement(using: &random) else { continue }
                owner.probing.remove(id)
                let isAlive = Bool.random(using: &random)
                owner.idle.insert(id)
                owner.carryOut(pool.probed(id, isAlive: isAlive, at: now), cap: cap)
            case 10:
                let known = owner.idle.union(owner.lent.keys).union(owner.probing).inOrder
                guard let id = known.randomElement(using: &random) else { continue }
                owner.idle.remove(id)
                owner.lent[id] = nil
                owner.probing.remove(id)
                owner.carryOut(pool.lost(id, at: now), cap: cap)
            case 11:
                guard let id = owner.closing.inOrder.randomElement(using: &random) else { continue }
                owner.closing.remove(id)
                owner.carryOut(pool.lost(id, at: now), cap: cap)
            case 12:
                guard let id = owner.opening.inOrder.randomElement(using: &random) else { continue }
                let pause = Duration.seconds(Int.random(in: 1...40, using: &random))
                owner.opening.remove(id)
                owner.postponed.insert(id)
                let denies = Int.random(in: 0..<4, using: &random) == 0
                let failure = Bool.random(using: &random) ? 7 : nil
                let actions = pool.postponed(
                    id,
                    until: now + pause,
                    earliest: now + pause,
                    because: failure,
                    denies: denies,
                    at: now
                )
                owner.carryOut(actions, cap: cap)
            default:
                guard Bool.random(using: &random), let waiter = owner.waiting.sorted().randomElement(using: &random)
                else {
                    continue
                }
                owner.waiting.remove(waiter)
                owner.carryOut(pool.cancel(waiter), cap: cap)
            }
            if let deadline = pool.nextDeadline, deadline <= now || Bool.random(using: &random) {
                now = max(now, deadline)
                owner.carryOut(pool.advance(to: now), cap: pool.cap(at: now))
                try #require(pool.nextDeadline.map { $0 > now } ?? true, "step \(step): a deadline in the past")
            }
            try #require(pool.count == owner.count, "step \(step): nothing leaks")
            #expect(pool.closingCount == owner.closing.count)
            #expect(owner.postponed.count <= 1)
            #expect(pool.idleCount == owner.idle.count)
            #expect(pool.waitingCount == owner.waiting.count)
            #expect(pool.waitingCount <= limits.waiters)
            #expect(owner.waiting.isEmpty || pool.nextDeadline != nil, "who waits is woken")
        }
        #expect(owner.served > 5)
        owner.carryOut(pool.drain(at: now), cap: 0)
        #expect(owner.waiting.isEmpty)
        for id in owner.lent.keys {
            owner.lent[id] = nil
            owner.idle.insert(id)
            owner.carryOut(pool.released(id, at: now), cap: 0)
        }
        for id in owner.opening.union(owner.probing) {
            let isOpening = owner.opening.remove(id) != nil
            owner.probing.remove(id)
            owner.idle.insert(id)
            owner.carryOut(isOpening ? pool.opened(id, at: now) : pool.probed(id, isAlive: true, at: now), cap: 0)
        }
        for id in owner.closing { owner.carryOut(pool.lost(id, at: now), cap: 0) }
        owner.closing = []
        #expect(pool.isEmpty && owner.count == 0 && owner.postponed.isEmpty)
    }
}

extension Set<PoolStateMachine<Int, Int>.SessionID> {
    /// The same order in every process.
    fileprivate var inOrder: [Element] { sorted { $0.number < $1.number } }
}
