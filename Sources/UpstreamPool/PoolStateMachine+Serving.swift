extension PoolStateMachine {
    /// Gives idle sessions to those who wait, and opens as many as are wanted and allowed.
    /// - Parameter proven: a session that has just answered its probe, and needs no other.
    mutating func serve(at now: Instant, proven: SessionID? = nil) -> [Action] {
        var actions: [Action] = []
        lend(&actions, at: now, proven: proven)
        while !waiting.isEmpty, sessions.count(.opening) + sessions.count(.probing) < waiting.count, mayOpen(at: now) {
            let id = nextID()
            sessions[id] = Session(state: .opening, birth: now)
            actions.append(.open(id))
        }
        return actions + withdrawUnwanted()
    }

    private mutating func lend(_ actions: inout [Action], at now: Instant, proven: SessionID?) {
        var index = 0
        while index < waiting.count, let id = idle.last {
            guard let session = sessions[id], case .idle(let since) = session.state else {
                idle.removeLast()
                continue
            }
            let isReused = session.transactions > 0
            if waiting[index].wantsFresh, isReused {
                // It can wait for one that's being opened; if there's no room for that, an idle one has to go.
                makeRoom(&actions, at: now)
                index += 1
                continue
            }
            idle.removeLast()
            if now - session.birth >= limits.age {
                actions.append(close(id, .age))
            } else if now - since >= limits.probeAfter, id != proven {
                sessions[id]?.state = .probing
                actions.append(.probe(id))
                // The waiter stays in its place until the answer has come.
                index += 1
            } else {
                let waiter = waiting.remove(at: index)
                sessions[id]?.state = .lent
                actions.append(.lend(id, to: waiter.waiter, isReused: isReused, waited: now - waiter.since))
            }
        }
    }

    /// Closes the idle session that was used longest ago, if that's what stands in the way of a fresh one.
    private mutating func makeRoom(_ actions: inout [Action], at now: Instant) {
        guard sessions.count >= cap(at: now), sessions.count(.opening) + sessions.count(.postponed) == 0,
            closingCount == 0,
            let oldest = idle.first
        else { return }
        actions.append(close(oldest, .idle))
    }

    private func mayOpen(at now: Instant) -> Bool {
        sessions.count < cap(at: now) && sessions.postponedID == nil
    }

    mutating func close(_ id: SessionID, _ retirement: Retirement) -> Action {
        sessions[id]?.state = .closing
        idle.removeAll { $0 == id }
        return .close(id, retirement)
    }

    /// Gives a postponed session up that nobody waits for.
    mutating func withdrawUnwanted() -> [Action] {
        guard waiting.isEmpty, let id = sessions.postponedID else { return [] }
        sessions[id] = nil
        return [.withdraw(id)]
    }

    mutating func denyAll(_ denial: Denial, at now: Instant) -> [Action] {
        defer { waiting = [] }
        return waiting.map { .deny($0.waiter, denial, waited: now - $0.since) }
    }

    func isExpired(_ id: SessionID, at now: Instant) -> Bool {
        guard case .idle(let since) = sessions[id]?.state else { return false }
        return now - since >= limits.idleTime
    }

    /// Whether one who waits may get a session without a further attempt to open one.
    var hasProspects: Bool { count > closingCount }

    /// Sessions that are open.
    var established: Int { count - sessions.count(.opening) }
}
