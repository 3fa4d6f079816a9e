internal import DequeModule

/// Which waiting name gets a thread next: the lanes, their bounds, and the turns that namespaces take.
struct NameLookupLanes {
    /// Where a name waits, and what its look-up counts against. The first lane is served first.
    enum Lane: Hashable, CaseIterable {
        /// The last look-ups of the name were prompt.
        case prompt
        /// The name was never looked up, or that isn't kept.
        case untried
        /// The same, in a namespace whose last look-up of such a name was slow.
        case suspect
        /// The name was prompt, and no question waits for it.
        case refresh
        /// The name was slow, and too few look-ups were prompt since.
        case slow
        /// The look-up was started in another lane and takes long. No name waits here.
        case overdue
    }

    /// Look-ups on threads, by lane.
    private struct Occupancy {
        private var counts: [Lane: Int] = [:]

        subscript(lane: Lane) -> Int {
            get { counts[lane] ?? 0 }
            set { counts[lane] = newValue }
        }

        var all: Int { counts.values.reduce(0, +) }
        var slow: Int { self[.slow] + self[.overdue] }
        var untried: Int { self[.untried] + self[.suspect] }
        /// Those that are expected to be prompt.
        var quick: Int { all - slow }
    }

    private struct Namespace {
        var running = Occupancy()
        /// Names that wait for a thread, each once.
        var queues: [Lane: Deque<String>] = [:]
        /// The lanes in whose turns it stands.
        var turns: Set<Lane> = []

        var isUnused: Bool { running.all == 0 && queues.values.allSatisfy(\.isEmpty) }
    }

    private let limits: NameLookupLimits
    private var namespaces: [String: Namespace] = [:]
    /// Namespaces with names that wait, by lane, in the order of their turns.
    private var turns: [Lane: Deque<String>] = [:]
    private var running = Occupancy()
    /// Queue entries and turns looked at, for tests.
    private(set) var steps = 0

    init(_ limits: NameLookupLimits) {
        self.limits = limits
    }

    /// Look-ups on threads.
    var runningCount: Int { running.all }

    /// Has a name wait in a lane, in which it doesn't wait for this namespace yet.
    mutating func enqueue(_ name: String, _ namespace: String, _ lane: Lane) {
        namespaces[namespace, default: Namespace()].queues[lane, default: []].append(name)
        joinTurns(namespace, lane)
    }

    /// Has a name wait no more for a namespace.
    mutating func dequeue(_ name: String, _ namespace: String) {
        for lane in Lane.allCases { namespaces[namespace]?.queues[lane]?.removeAll { $0 == name } }
        dropIfUnused(namespace)
    }

    /// The name that is to be looked up next; it doesn't wait any more. To be followed by ``start(_:_:)`` or not.
    mutating func next() -> (name: String, namespace: String, lane: Lane)? {
        for lane in Lane.allCases {
            while hasRoom(running, lane), let namespace = turns[lane]?.popFirst() {
                steps += 1
                namespaces[namespace]?.turns.remove(lane)
                // Without room it rejoins when a look-up of its own returns.
                guard let state = namespaces[namespace], hasShare(state.running, lane) else { continue }
                guard let name = namespaces[namespace]?.queues[lane]?.popFirst() else { continue }
                steps += 1
                joinTurns(namespace, lane)
                return (name, namespace, lane)
            }
        }
        return nil
    }

    /// A look-up holds a thread from now on.
    mutating func start(_ namespace: String, _ lane: Lane) {
        running[lane] += 1
        namespaces[namespace, default: Namespace()].running[lane] += 1
    }

    /// A look-up has returned.
    mutating func finish(_ namespace: String, _ lane: Lane) {
        running[lane] -= 1
        namespaces[namespace]?.running[lane] -= 1
        resume(namespace)
        dropIfUnused(namespace)
    }

    /// A look-up takes long: where there is room, it no longer counts against the lane it was started in.
    mutating func moveToOverdue(_ namespace: String, from lane: Lane) -> Bool {
        guard let state = namespaces[namespace], hasRoom(running, .overdue), hasShare(state.running, .overdue) else {
            return false
        }
        running[lane] -= 1
        running[.overdue] += 1
        namespaces[namespace]?.running[lane] -= 1
        namespaces[namespace]?.running[.overdue] += 1
        resume(namespace)
        return true
    }

    /// Whether the relay has a thread for one more look-up.
    private func hasRoom(_ running: Occupancy, _ lane: Lane) -> Bool {
        switch lane {
        case .prompt: running.quick < limits.threads
        case .untried: running.quick < limits.threads && running.untried < limits.untriedThreads
        case .suspect:
            running.quick < limits.threads && running.untried < limits.untriedThreads
                && running[.suspect] < limits.suspectThreads
        case .refresh: running.quick < limits.threads && running[.refresh] < limits.refreshThreads
        case .slow: running[.slow] < limits.slowThreads
        case .overdue: running[.overdue] < limits.overdueThreads
        }
    }

    /// Whether a namespace may have one more look-up.
    private func hasShare(_ running: Occupancy, _ lane: Lane) -> Bool {
        let hasThread = running.quick < limits.threadsPerNamespace
        return switch lane {
        case .prompt: hasThread
        case .untried, .suspect: hasThread && running.untried < limits.untriedThreadsPerNamespace
        case .refresh: hasThread && running[.refresh] < limits.untriedThreadsPerNamespace
        case .slow: running[.slow] == 0 && running.slow < limits.slowThreadsPerNamespace
        case .overdue: running.slow < limits.slowThreadsPerNamespace
        }
    }

    private mutating func joinTurns(_ namespace: String, _ lane: Lane) {
        guard let state = namespaces[namespace], state.queues[lane]?.isEmpty == false,
            hasShare(state.running, lane), !state.turns.contains(lane)
        else { return }
        namespaces[namespace]?.turns.insert(lane)
        turns[lane, default: []].append(namespace)
    }

    /// The namespace has a thread less: its names take part again.
    private mutating func resume(_ namespace: String) {
        for lane in Lane.allCases { joinTurns(namespace, lane) }
    }

    private mutating func dropIfUnused(_ namespace: String) {
        guard let state = namespaces[namespace], state.isUnused else { return }
        for lane in state.turns { turns[lane]?.removeAll { $0 == namespace } }
        namespaces[namespace] = nil
    }
}
