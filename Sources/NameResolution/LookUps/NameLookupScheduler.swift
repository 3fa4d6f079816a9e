internal import DequeModule

/// Decides which name look-up gets a thread and when, and what questions are answered with. Does no look-up and has no
/// clock.
///
/// Concurrent questions for one name share a look-up, which holds a thread until it returns, whether a question still
/// waits or not. Names that were slow have threads of their own, and a look-up that takes long leaves those of the
/// others; so name servers that don't answer delay each other only. Addresses that were good answer for a while in
/// place of a look-up that is slow or fails.
public struct NameLookupScheduler: Sendable {
    public typealias Answer = Result<[IPAddress], NameLookupFailure>
    private typealias Instant = ContinuousClock.Instant
    private typealias Lane = NameLookupLanes.Lane

    /// What the caller has to do.
    public enum Action: Hashable, Sendable {
        /// Look a name up on a thread, and report with ``NameLookupScheduler/finished(_:_:at:)``.
        case start(String)
        case answer(question: Int, Answer)
    }

    private struct Question {
        let name: String
        let namespace: String
    }

    private struct Running {
        let namespace: String
        var lane: Lane
        let startedAt: Instant

        var isUntried: Bool { lane == .untried || lane == .suspect }
    }

    private struct Name {
        /// The questions that wait, by namespace.
        var questions: [String: [Int]] = [:]
        /// The namespaces for which it waits for a thread.
        var queued: Set<String> = []
        var running: Running?
        /// Since when a look-up has been waiting or running.
        var wantedAt: Instant?
        /// The last look-up.
        var last: (answer: Answer, endedAt: Instant)?
        /// The last addresses, unless the name has ceased to exist since.
        var good: (addresses: [IPAddress], endedAt: Instant)?
        /// The prompt look-ups that it lacks for the prompt lane.
        var promptLookupsLacking = 0

        var isIdle: Bool { questions.isEmpty && queued.isEmpty && running == nil }
    }

    private let limits: NameLookupLimits
    private var questions: [Int: Question] = [:]
    /// In the order in which they were asked, which is that of their deadlines. Some may be answered already.
    private var deadlines: Deque<(at: Instant, question: Int)> = []
    private var names: [String: Name] = [:]
    /// When names with old addresses have been waited for long enough. Some may have been looked up already.
    private var staleDeadlines: Deque<(at: Instant, name: String)> = []
    /// When running look-ups become overdue. Some may have returned already.
    private var overdueDeadlines: Deque<(at: Instant, name: String)> = []
    /// Overdue look-ups that still count against the lane they were started in.
    private var lingering: [String] = []
    /// The number of questions that wait, by namespace.
    private var waiting: [String: Int] = [:]
    /// Namespaces whose last look-up that wasn't of a prompt name was slow: the next one may be, too. Bounded by the
    /// namespaces that routes are in.
    private var suspects: Set<String> = []
    private var lanes: NameLookupLanes

    public init(_ limits: NameLookupLimits = NameLookupLimits()) {
        self.limits = limits
        lanes = NameLookupLanes(limits)
    }

    /// Questions that wait.
    public var waitingCount: Int { questions.count }

    /// Look-ups on threads, including those that no question waits for any more.
    public var runningCount: Int { lanes.runningCount }

    /// When ``advance(to:)`` has something to do.
    public var nextDeadline: ContinuousClock.Instant? {
        [deadlines.first?.at, staleDeadlines.first?.at, overdueDeadlines.first?.at].compactMap(\.self).min()
    }

    /// Queue entries and turns looked at, for tests.
    var steps: Int { lanes.steps }

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
        var actions = expire(at: now)
        let name = name.lowercased()
        if let answer = knownAnswer(name, at: now) {
            actions.append(.answer(question: question, answer))
        } else if let answer = staleAnswer(name, at: now), isLate(name, at: now) {
            actions.append(.answer(question: question, answer))
            if names[name]?.queued.contains(namespace) == false { want(name, namespace, at: now) }
        } else if waiting[namespace] ?? 0 >= limits.questionsPerNamespace {
            let answer = staleAnswer(name, at: now) ?? .failure(.overloaded)
            actions.append(.answer(question: question, answer))
        } else {
            questions[question] = Question(name: name, namespace: namespace)
            deadlines.append((now + limits.timeLimit, question))
            waiting[namespace, default: 0] += 1
            let isFirst = names[name]?.questions[namespace] == nil
            names[name, default: Name()].questions[namespace, default: []].append(question)
            if isFirst { want(name, namespace, at: now) }
        }
        return actions + startMore(at: now)
    }

    /// Withdraws a question. A look-up that runs for it goes on.
    public mutating func cancel(_ question: Int) {
        guard let name = remove(question) else { return }
        tidy(name)
    }

    /// A look-up has returned.
    public mutating func finished(_ name: String, _ answer: Answer, at now: ContinuousClock.Instant) -> [Action] {
        guard let run = names[name]?.running else { return [] }
        let wasSlow = now - run.startedAt >= limits.slowAfter
        lingering.removeAll { $0 == name }
        lanes.finish(run.namespace, run.lane)
        if wasSlow { suspect(run) } else if run.isUntried { suspects.remove(run.namespace) }
        names[name]?.running = nil
        names[name]?.last = (answer, now)
        switch answer {
        case .success(let addresses): names[name]?.good = (addresses, now)
        case .failure(.notFound): names[name]?.good = nil
        case .failure(.noAnswer), .failure(.timedOut), .failure(.overloaded): break
        }
        let lacking = names[name]?.promptLookupsLacking ?? 0
        names[name]?.promptLookupsLacking = wasSlow ? limits.promptLookups : max(0, lacking - 1)
        let answers = answerAll(name, knownAnswer(name, at: now) ?? answer)
        for namespace in names[name]?.queued ?? [] { lanes.dequeue(name, namespace) }
        names[name]?.queued = []
        names[name]?.wantedAt = nil
        forgetOldest()
        return answers + advance(to: now)
    }

    /// Answers the questions that have waited for long enough, and makes room for what running look-ups hold up.
    public mutating func advance(to now: ContinuousClock.Instant) -> [Action] {
        expire(at: now) + startMore(at: now)
    }

    private mutating func expire(at now: Instant) -> [Action] {
        var actions: [Action] = []
        while let first = overdueDeadlines.first, first.at <= now {
            overdueDeadlines.removeFirst()
            guard let run = names[first.name]?.running, run.startedAt + limits.slowAfter == first.at else { continue }
            suspect(run)
            if run.lane != .slow { lingering.append(first.name) }
        }
        moveOverdue()
        while let first = staleDeadlines.first, first.at <= now {
            staleDeadlines.removeFirst()
            guard let wantedAt = names[first.name]?.wantedAt, wantedAt + limits.staleAfter == first.at,
                let answer = staleAnswer(first.name, at: now)
            else { continue }
            actions += answerAll(first.name, answer)
            for namespace in names[first.name]?.queued ?? [] { requeue(first.name, namespace) }
        }
        while let first = deadlines.first, first.at <= now || questions[first.question] == nil {
            deadlines.removeFirst()
            guard let name = remove(first.question) else { continue }
            tidy(name)
            actions.append(.answer(question: first.question, .failure(.timedOut)))
        }
        return actions
    }

    // MARK: Answers

    private func knownAnswer(_ name: String, at now: Instant) -> Answer? {
        guard let last = names[name]?.last else { return nil }
        switch last.answer {
        case .success:
            return now - last.endedAt < limits.addressAge ? last.answer : nil
        case .failure(.notFound):
            return now - last.endedAt < limits.failureAge ? last.answer : nil
        case .failure(.noAnswer), .failure(.timedOut), .failure(.overloaded):
            return now - last.endedAt < limits.failureAge ? staleAnswer(name, at: now) ?? last.answer : nil
        }
    }

    /// The name's last addresses, where they may still be used.
    private func staleAnswer(_ name: String, at now: Instant) -> Answer? {
        guard let good = names[name]?.good, now - good.endedAt < limits.staleAge else { return nil }
        return .success(good.addresses)
    }

    /// Whether a look-up isn't worth waiting for: it has been waited for already, or the last one was slow or failed.
    private func isLate(_ name: String, at now: Instant) -> Bool {
        guard let state = names[name] else { return false }
        if state.promptLookupsLacking > 0 { return true }
        if let wantedAt = state.wantedAt, now - wantedAt >= limits.staleAfter { return true }
        return switch state.last?.answer {
        case .failure: true
        case .success, nil: false
        }
    }

    /// Answers all questions for a name, in the order in which they were asked.
    private mutating func answerAll(_ name: String, _ answer: Answer) -> [Action] {
        let answered = (names[name]?.questions ?? [:]).values.joined().sorted()
        for question in answered { _ = remove(question) }
        return answered.map { .answer(question: $0, answer) }
    }

    // MARK: Names

    /// Takes a question out of the books.
    /// - Returns: the name that it was about.
    private mutating func remove(_ question: Int) -> String? {
        guard let found = questions.removeValue(forKey: question) else { return nil }
        waiting[found.namespace, default: 0] -= 1
        if waiting[found.namespace] == 0 { waiting[found.namespace] = nil }
        names[found.name]?.questions[found.namespace]?.removeAll { $0 == question }
        if names[found.name]?.questions[found.namespace]?.isEmpty == true {
            names[found.name]?.questions[found.namespace] = nil
        }
        return found.name
    }

    /// A question for a name has ended without its answer: where no other waits, the name needs no thread.
    private mutating func tidy(_ name: String) {
        guard let state = names[name] else { return }
        for namespace in state.queued where state.questions[namespace] == nil {
            lanes.dequeue(name, namespace)
            names[name]?.queued.remove(namespace)
        }
        if names[name]?.queued.isEmpty == true, state.running == nil { names[name]?.wantedAt = nil }
        if names[name]?.isIdle == true, state.last == nil { names[name] = nil }
    }

    /// Makes room for a name whose look-up has ended.
    private mutating func forgetOldest() {
        guard names.count > limits.names else { return }
        let ended = names.compactMap { name, state -> (name: String, at: Instant)? in
            guard state.isIdle, let last = state.last else { return nil }
            return (name, last.endedAt)
        }
        guard let oldest = ended.min(by: { $0.at < $1.at }) else { return }
        names[oldest.name] = nil
    }

    // MARK: Threads

    /// A name is to be looked up for a namespace, unless that is under way.
    private mutating func want(_ name: String, _ namespace: String, at now: Instant) {
        guard let state = names[name], state.running == nil else { return }
        if state.wantedAt == nil {
            names[name]?.wantedAt = now
            if state.good != nil { staleDeadlines.append((now + limits.staleAfter, name)) }
        }
        requeue(name, namespace)
    }

    /// Has a name wait at the end of the lane that it belongs to now.
    private mutating func requeue(_ name: String, _ namespace: String) {
        if names[name]?.queued.insert(namespace).inserted == false { lanes.dequeue(name, namespace) }
        lanes.enqueue(name, namespace, lane(of: name, in: namespace))
    }

    private func lane(of name: String, in namespace: String) -> Lane {
        guard let state = names[name], state.last != nil else {
            return suspects.contains(namespace) ? .suspect : .untried
        }
        guard state.promptLookupsLacking == 0 else { return .slow }
        return state.questions[namespace] == nil ? .refresh : .prompt
    }

    private mutating func startMore(at now: Instant) -> [Action] {
        var actions: [Action] = []
        while let (name, namespace, lane) = lanes.next() {
            names[name]?.queued.remove(namespace)
            // Another namespace's look-up of it runs: that answers all.
            guard let state = names[name], state.running == nil else {
                lanes.dequeue(name, namespace)
                continue
            }
            // The namespace may have become suspect since the name was queued, or the reverse.
            let rightLane = self.lane(of: name, in: namespace)
            guard lane == rightLane || rightLane == .prompt || rightLane == .untried else {
                requeue(name, namespace)
                continue
            }
            names[name]?.running = Running(namespace: namespace, lane: lane, startedAt: now)
            overdueDeadlines.append((now + limits.slowAfter, name))
            lanes.start(namespace, lane)
            actions.append(.start(name))
        }
        return actions
    }

    /// Has overdue look-ups count against the threads for such.
    private mutating func moveOverdue() {
        let overdue = lingering
        lingering = overdue.filter { name in
            guard let run = names[name]?.running else { return false }
            guard lanes.moveToOverdue(run.namespace, from: run.lane) else { return true }
            names[name]?.running?.lane = .overdue
            return false
        }
    }

    /// A look-up is slow: the next new names of its namespace may be, too.
    private mutating func suspect(_ run: Running) {
        if run.isUntried { suspects.insert(run.namespace) }
    }
}
