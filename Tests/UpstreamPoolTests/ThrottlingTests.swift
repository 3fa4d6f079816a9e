import Testing

@testable import UpstreamPool

@Suite("Pool: a server that throttles") struct PoolThrottlingTests {
    private typealias Machine = PoolStateMachine<Int, String>

    private let start = ContinuousClock.now

    /// A pool whose sessions are all lent.
    private func lent(_ count: Int) -> (Machine, [Machine.SessionID]) {
        var limits = PoolLimits()
        limits.sessions = count
        var machine = Machine(limits: limits)
        var ids: [Machine.SessionID] = []
        for waiter in 0..<count {
            for case .open(let id) in machine.acquire(waiter, at: start) { ids.append(id) }
        }
        for id in ids { _ = machine.opened(id, at: start) }
        return (machine, ids)
    }

    @Test("each complaint costs one session, which is closed when it's released, and the last stays")
    func fewer() {
        var (machine, ids) = lent(4)
        for (index, id) in ids.enumerated() {
            machine.throttled(id, at: start)
            #expect(machine.cap(at: start) == max(1, 3 - index))
            let actions = machine.released(id, at: start)
            if index < 3 {
                guard case .close(id, .throttled) = actions.first else {
                    Issue.record("\(index): \(actions)")
                    continue
                }
                _ = machine.lost(id, at: start)
            } else {
                #expect(actions.isEmpty && machine.idleCount == 1)
            }
        }
        #expect(machine.cap(at: start + machine.limits.learnedCap) == 4)
    }

    @Test("a session that has carried enough messages is closed, and the cap stays")
    func usedUp() {
        var (machine, ids) = lent(2)
        machine.retire(ids[0], .messages)
        guard case .close(ids[0], .messages) = machine.released(ids[0], at: start).first else {
            Issue.record("not closed")
            return
        }
        #expect(machine.cap(at: start) == 2)
    }
}
