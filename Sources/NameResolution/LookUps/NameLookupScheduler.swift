internal import DequeModule

/// Decides which name look-up gets a thread and when. Does no look-up and has no clock.
///
/// Concurrent questions for one name share a look-up. A namespace holds a thread until its look-up returns, whether the
/// question still waits or not. Namespaces take turns. Names fall into lanes by their last look-up, and threads are kept
/// free for names that were answered promptly; so name servers that don't answer delay each other only.
public struct NameLookupScheduler: Sendable {
    public typealias Answer = Result<[IPAddress], NameLookupFailure>

    /// What the caller has to do.
    public enum Action: Hashable, Sendable {
        /// Look a name up on a thread, and report with ``NameLookupScheduler/finished(_:_:at:)``.
        case start(String)
        case answer(question: Int, Answer)
    }

    /// What is known of the name from its last look-up.
    enum Lane: Int, Hashable, CaseIterable {
        case prompt
        /// Never looked up, or not kept.
        case untried
        case slow
    }

    private struct Question {
        let name: String
        let namespace: String
    }

    private struct Running {
        let namespace: String
        let lane: Lane
        let startedAt: ContinuousClock.Instant
    }

    private struct Name {
        /// The questions that wait, by namespace.
        var questions: [String: [Int]] = [:]
        var running: Running?
        /// The last look-up.
        var last: (answer: Answer, endedAt: ContinuousClock.Instant, wasSlow: Bool)?
    }

    private struct Namespace {
        var questions = 0
        /// Look-ups on threads, by lane.
        var running: [Lane: Int] = [:]
        /// Names that wait for a thread, each once.
        var queues: [Lane: Deque<String>] = [:]
        /// The lanes in whose turns it stands.
        var turns: Set<Lane> = []
        /// The last look-up that wasn't of a prompt name was slow: the next one may be, too.
        var isSlow = false

        var isUnused: Bool { questions == 0 && !isSlow && running.values.allSatisfy { $0 == 0 } }
    }

    private let limits: NameLookupLimits
    private var questions: [Int: Question] = [:]
    /// In the order in which they were asked, which is that of their deadlines. Some may be answered already.
    private var deadlines: Deque<(at: ContinuousClock.Instant, question: Int)> = []
    private var names: [String: Name] = [:]
    /// Bounded by the namespaces that routes are in.
    private var namespaces: [String: Namespace] = [:]
    /// Namespaces with names that wait, by lane, in the order of their turns.
    private var turns: [Lane: Deque<String>] = [:]
    private var running: [Lane: Int] = [:]
    /// Queue entries and turns looked at, for tests.
    private(set) var steps = 0

    public init(_ limits: NameLookupLimits = NameLookupLimits()) {
        self.limits = limits
    }

    /// Questions that wait.
    public var waitingCount: Int { questions.count }

    /// Look-ups on threads, including those that no question waits for any more.
    public var runningCount: Int { running.values.reduce(0, +) }

    /// When ``advance(to:)`` has something to do.
    public var nextDeadline: ContinuousClock.Instant? { deadlines.first?.at }

    /// Asks for a name's addresses.
    ///
    /// - Parameters:
    ///   - question: a number of its own.
    ///   - name: a host name as the destination has it.
    ///   - namespace: the namespace that the look-up is done for.
    public mutating func ask(
        _ question: Int,
        for name: String,
        namespace: String,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        var actions = advance(to: now)
        let name = name.lowercased()
        if let answer = knownAnswer(name, at: now) {
            return actions + [.answer(question: question, answer)]
        }
        guard namespaces[namespace]?.questions ?? 0 < limits.questionsPerNamespace else {
            return actions + [.answer(question: question, .failure(.overloaded))]
        }
        questions[question] = Question(name: name, namespace: namespace)
        deadlines.append((now + limits.timeLimit, question))
        namespaces[namespace, default: Namespace()].questions += 1
        let isFirst = names[name]?.questions[namespace] == nil
        names[name, default: Name()].questions[namespace, default: []].append(question)
        if isFirst, names[name]?.running == nil { enqueue(name, namespace) }
        actions += startMore(at: now)
        return actions
    }

    /// Withdraws a question. A look-up that runs for it goes on.
    public mutating func cancel(_ question: Int) {
        remove(question)
    }

    /// A look-up has returned.
    public mutating func finished(_ name: String, _ answer: Answer, at now: ContinuousClock.Instant) -> [Action] {
        guard let run = names[name]?.running else { return [] }
        let wasSlow = now - run.startedAt > limits.slowAfter
        running[run.lane, default: 0] -= 1
        namespaces[run.namespace]?.running[run.lane, default: 0] -= 1
        if run.lane != .prompt || wasSlow { namespaces[run.namespace]?.isSlow = wasSlow }
        let waiting = names[name]?.questions ?? [:]
        names[name]?.running = nil
        names[name]?.last = (answer, now, wasSlow)
        // In the order in which they were asked.
        let actions = waiting.values.joined().sorted().map { Action.answer(question: $0, answer) }
        for question in waiting.values.joined() { remove(question) }
        forgetOldest()
        resume(run.namespace)
        dropIfUnused(run.namespace)
        return actions + advance(to: now) + startMore(at: now)
    }

    /// Ends the questions that have waited for too long.
    public mutating func advance(to now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        while let first = deadlines.first, first.at <= now || questions[first.question] == nil {
            deadlines.removeFirst()
            guard questions[first.question] != nil else { continue }
            remove(first.question)
            actions.append(.answer(question: first.question, .failure(.timedOut)))
        }
        return actions
    }

    // MARK: Names

    private func knownAnswer(_ name: String, at now: ContinuousClock.Instant) -> Answer? {
        guard let last = names[name]?.last else { return nil }
        let age =
            switch last.answer {
            case .success: limits.addressAge
            case .failure: limits.failureAge
            }
        return now - last.endedAt < age ? last.answer : nil
    }

    private func lane(of name: String, in namespace: String) -> Lane {
        if let last = names[name]?.last { return last.wasSlow ? .slow : .prompt }
        return namespaces[namespace]?.isSlow == true ? .slow : .untried
    }

    /// Makes room for a name whose look-up has ended.
    private mutating func forgetOldest() {
        guard names.count > limits.names else { return }
        let ended = names.compactMap { name, state -> (name: String, at: ContinuousClock.Instant)? in
            guard state.running == nil, state.questions.isEmpty, let last = state.last else { return nil }
            return (name, last.endedAt)
        }
        guard let oldest = ended.min(by: { $0.at < $1.at }) else { return }
        names[oldest.name] = nil
    }

    // MARK: Questions

    private mutating func remove(_ question: Int) {
        guard let found = questions.removeValue(forKey: question) else { return }
        namespaces[found.namespace]?.questions -= 1
        names[found.name]?.questions[found.namespace]?.removeAll { $0 == question }
        if names[found.name]?.questions[found.namespace]?.isEmpty == true {
            names[found.name]?.questions[found.namespace] = nil
            dequeue(found.name, found.namespace)
        }
        if let name = names[found.name], name.questions.isEmpty, name.running == nil, name.last == nil {
            names[found.name] = nil
        }
        dropIfUnused(found.namespace)
    }

    private mutating func dropIfUnused(_ namespace: String) {
        guard let state = namespaces[namespace], state.isUnused else { return }
        for lane in state.turns { turns[lane]?.removeAll { $0 == namespace } }
        namespaces[namespace] = nil
    }

    // MARK: Turns

    private mutating func enqueue(_ name: String, _ namespace: String) {
        let lane = lane(of: name, in: namespace)
        namespaces[namespace]?.queues[lane, default: []].append(name)
        joinTurns(namespace, lane)
    }

    private mutating func dequeue(_ name: String, _ namespace: String) {
        for lane in Lane.allCases { namespaces[namespace]?.queues[lane]?.removeAll { $0 == name } }
    }

    private mutating func joinTurns(_ namespace: String, _ lane: Lane) {
        guard let state = namespaces[namespace], state.queues[lane]?.isEmpty == false, hasRoom(state, lane),
            !state.turns.contains(lane)
        else { return }
        namespaces[namespace]?.turns.insert(lane)
        turns[lane, default: []].append(namespace)
    }

    /// One of the namespace's look-ups has returned: its names take part again.
    private mutating func resume(_ namespace: String) {
        for lane in Lane.allCases { joinTurns(namespace, lane) }
    }

    private func hasRoom(_ lane: Lane) -> Bool {
        let (prompt, untried, slow) = (running[.prompt] ?? 0, running[.untried] ?? 0, running[.slow] ?? 0)
        guard prompt + untried + slow < limits.threads else { return false }
        return switch lane {
        case .prompt: true
        case .untried: untried + slow < limits.untriedThreads
        case .slow: untried + slow < limits.untriedThreads && slow < limits.slowThreads
        }
    }

    private func hasRoom(_ namespace: Namespace, _ lane: Lane) -> Bool {
        let all = namespace.running.values.reduce(0, +)
        let untried = all - (namespace.running[.prompt] ?? 0)
        guard all < limits.threadsPerNamespace else { return false }
        return switch lane {
        case .prompt: true
        case .untried, .slow: untried < limits.untriedThreadsPerNamespace
        }
    }

    private mutating func startMore(at now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        for lane in Lane.allCases {
            while hasRoom(lane), let namespace = turns[lane]?.popFirst() {
                steps += 1
                namespaces[namespace]?.turns.remove(lane)
                // Without room it rejoins when a look-up of its own returns.
                guard let state = namespaces[namespace], hasRoom(state, lane) else { continue }
                if let name = namespaces[namespace]?.queues[lane]?.popFirst() {
                    steps += 1
                    if let action = start(name, for: namespace, lane, at: now) { actions.append(action) }
                }
                joinTurns(namespace, lane)
            }
        }
        return actions
    }

    /// - Returns: nil where the name needs no thread of this lane now.
    private mutating func start(
        _ name: String,
        for namespace: String,
        _ lane: Lane,
        at now: ContinuousClock.Instant
    ) -> Action? {
        // Another namespace's look-up of it runs: that answers all.
        guard names[name]?.running == nil else { return nil }
        // The namespace's last look-up may have been slow since the name was queued.
        guard lane != .untried || self.lane(of: name, in: namespace) == .untried else {
            enqueue(name, namespace)
            return nil
        }
        names[name]?.running = Running(namespace: namespace, lane: lane, startedAt: now)
        running[lane, default: 0] += 1
        namespaces[namespace]?.running[lane, default: 0] += 1
        return .start(name)
    }
}
