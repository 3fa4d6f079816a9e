extension PoolStateMachine {
    /// Gives idle sessions to those who wait, and opens as many as are wanted and allowed.
    /// - Parameter proven: a session that has just answered its probe, and needs no other.
    mutating func serve(at now: Instant, proven: SessionID? = nil) -> [Action] {
        lastServed = now
        var actions: [Action] = []
        lend(&actions, at: now, proven: proven)
        while !waiting.isEmpty, opening + probing < waiting.count, mayOpen(at: now) {
            let id = nextID()
            sessions[id] = Session(state: .opening, birth: now)
            actions.append(.open(id))
        }
        if !waiting.isEmpty, sessions.isEmpty, let circuit, now < circuit.until {
            actions += denyAll(.failed(circuit.failure), at: now)
        }
        return actions
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
        guard sessions.count >= cap(at: now), opening == 0, !isPaused(at: now), let oldest = idle.first else { return }
        actions.append(close(oldest, .idle))
    }

    private func mayOpen(at now: Instant) -> Bool {
        guard sessions.count < cap(at: now) else { return false }
        // Behind a refused login one attempt tells; more would only bring the account closer to its lock.
        if circuit != nil, opening > 0 { return false }
        // With no session at all, trying is the only way to find out; only a refused login is never hurried.
        return !isPaused(at: now) || sessions.isEmpty && !circuitOpen(at: now)
    }

    /// Whether no session is to be opened for now.
    private func isPaused(at now: Instant) -> Bool {
        circuitOpen(at: now) || openPause.map { now < $0.until } ?? false
    }

    mutating func close(_ id: SessionID, _ retirement: Retirement) -> Action {
        sessions[id] = nil
        idle.removeAll { $0 == id }
        return .close(id, retirement)
    }

    mutating func denyAll(_ denial: Denial, at now: Instant) -> [Action] {
        defer { waiting = [] }
        return waiting.map { .deny($0.waiter, denial, waited: now - $0.since) }
    }

    func isExpired(_ id: SessionID, at now: Instant) -> Bool {
        guard case .idle(let since) = sessions[id]?.state else { return false }
        return now - since >= limits.idleTime
    }

    static func pause(
        after last: Duration?,
        in range: ClosedRange<Duration>,
        at now: Instant
    ) -> (length: Duration, until: Instant) {
        let length = last.map { min($0 * 2, range.upperBound) } ?? range.lowerBound
        return (length, now + length)
    }

    private var opening: Int {
        sessions.values.count { session in if case .opening = session.state { true } else { false } }
    }

    private var probing: Int {
        sessions.values.count { session in if case .probing = session.state { true } else { false } }
    }
}
