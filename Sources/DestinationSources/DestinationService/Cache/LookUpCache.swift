internal import DestinationModel

/// What is known of all destinations of one instance; decides what is looked up, and when.
///
/// Pure: one function for each event, which answers what is to be done.
struct LookUpCache {
    typealias Key = DestinationReference
    typealias Answer = Result<ResolvedDestination, DestinationLookupError>

    /// A look-up to be started.
    struct LookUp: Hashable {
        let key: Key
        /// Handed back with the result.
        let epoch: Int
    }

    /// What to log.
    enum Note: Hashable {
        /// A destination can't be looked up, or another reason has taken the place of the former.
        case failing(DestinationLookupError, isServing: Bool)
        /// It can again.
        case mended(Key)
        /// The service is left alone for some time.
        case down(LookUpFailure)
    }

    /// What to do about an event.
    struct Actions {
        var start: [LookUp] = []
        /// Those who wait for these are to be told.
        var answers: [(key: Key, answer: Answer)] = []
        /// These have another answer than before.
        var changed: Set<DestinationKey> = []
        var notes: [Note] = []
    }

    /// What to do for one who wants a destination.
    enum Decision {
        case answer(Answer)
        case wait
    }

    private let settings: DestinationServiceSettings
    /// Whom look-ups ask.
    private var origin: DestinationOrigin
    private(set) var entries: [Key: LookUpEntry] = [:]
    /// What was due at the last tick and isn't looked up yet, the most overdue last.
    private var overdue: [Key] = []
    private(set) var queue: [Key] = []
    private(set) var running = 0
    /// Those of them that nobody waits for.
    private var refreshing = 0
    private(set) var gate = ServiceGate()
    private var epoch = 0
    private var lastGeneration: UInt64 = 0

    init(_ settings: DestinationServiceSettings, of origin: DestinationOrigin) {
        self.settings = settings
        self.origin = origin
    }
}

// MARK: Events

extension LookUpCache {
    /// Somebody wants a destination.
    mutating func wanted(_ key: Key, _ now: ContinuousClock.Instant) -> (Decision, Actions) {
        guard var entry = entries[key] ?? newEntry(now, isPinned: false) else {
            let error = LookUpFailure(.serviceUnavailable, "too many destinations at once").error(key, origin)
            return (.answer(.failure(error)), Actions())
        }
        let answer = entry.answer(now, settings)
        entries[key] = entry
        if let answer { return (.answer(answer), Actions()) }
        var actions = Actions()
        switch entry.work {
        case .queued: break
        case .running(let isAwaited):
            if !isAwaited { refreshing -= 1 }
            entries[key]?.work = .running(isAwaited: true)
        case .none:
            guard gate.state(now) != .closed else {
                let answer = entry.denied(downError(key))
                entries[key] = entry
                return (.answer(answer), actions)
            }
            entries[key]?.work = .queued
            queue.append(key)
            startQueued(now, &actions)
        }
        return (.wait, actions)
    }

    /// A look-up has ended.
    mutating func ended(
        _ lookUp: LookUp,
        _ result: Result<MailDestination, LookUpFailure>,
        _ now: ContinuousClock.Instant,
        jitter: Double
    ) -> Actions {
        var actions = Actions()
        running -= 1
        let key = lookUp.key
        guard var entry = entries[key] else { return actions }
        if entry.work == .running(isAwaited: false) { refreshing -= 1 }
        if lookUp.epoch != epoch {
            // It was asked of the service that was. Those who wait get the answer of the one that is.
            let isAwaited = entry.work == .running(isAwaited: true)
            entry.work = isAwaited ? .queued : .none
            if isAwaited { queue.append(key) }
            entries[key] = entry
            startQueued(now, &actions)
            return actions
        }
        entry.work = .none
        let former = entry.error
        let answer: Answer
        let isChanged: Bool
        switch result {
        case .success(let destination):
            gate.succeeded()
            let next = DestinationGeneration(lastGeneration + 1)
            isChanged = entry.found(destination, origin, next, now, jitter: jitter)
            if entry.held?.generation == next { lastGeneration += 1 }
            answer = entry.fallback(downError(key))
            if former != nil { actions.notes.append(.mended(key)) }
        case .failure(let failure):
            let error = failure.error(key, origin)
            isChanged = entry.failed(error, retryAfter: failure.retryAfter, now, settings, jitter: jitter)
            answer = entry.fallback(error)
            if former?.code != error.code { actions.notes.append(.failing(error, isServing: entry.held != nil)) }
            reckon(failure, key, now, jitter, &actions)
        }
        entries[key] = entry.isDropped ? nil : entry
        actions.answers.append((key, answer))
        if isChanged { actions.changed.insert(DestinationKey(key)) }
        startQueued(now, &actions)
        startOverdue(now, &actions)
        return actions
    }

    /// Time has passed: what is due is looked up again.
    mutating func ticked(_ now: ContinuousClock.Instant) -> Actions {
        var actions = Actions()
        let forgettable = entries.filter { $0.value.isForgettable(now, settings) }
        for key in forgettable.keys { entries[key] = nil }
        startQueued(now, &actions)
        overdue = entries.filter { $0.value.work == .none && $0.value.due(now, settings) <= now }
            .map { (key: $0.key, due: $0.value.due(now, settings)) }
            .sorted { $0.due > $1.due }
            .map(\.key)
        startOverdue(now, &actions)
        return actions
    }

    /// The binding is another one.
    /// - Parameter origin: where it leads. What is known of another origin is forgotten.
    mutating func rebound(to origin: DestinationOrigin, _ now: ContinuousClock.Instant) -> Actions {
        var actions = Actions()
        let keepsAnswers = origin == self.origin
        self.origin = origin
        epoch += 1
        gate = ServiceGate()
        for key in Array(entries.keys) {
            if entries[key]?.rebound(keepsAnswer: keepsAnswers) == true { actions.changed.insert(DestinationKey(key)) }
        }
        startQueued(now, &actions)
        return actions
    }

    /// Only these are needed from now on, and these in any case.
    mutating func kept(_ keys: Set<Key>, _ now: ContinuousClock.Instant) {
        for key in Array(entries.keys) where !keys.contains(key) {
            entries[key]?.isPinned = false
            if entries[key]?.work == LookUpEntry.Work.none {
                entries[key] = nil
            } else {
                entries[key]?.isDropped = true
            }
        }
        for key in keys {
            if entries[key] != nil {
                entries[key]?.isPinned = true
                entries[key]?.isDropped = false
            } else {
                entries[key] = newEntry(now, isPinned: true)
            }
        }
    }
}

// MARK: Doing it

extension LookUpCache {
    /// Room for one more; nil if there is none.
    private mutating func newEntry(_ now: ContinuousClock.Instant, isPinned: Bool) -> LookUpEntry? {
        if entries.count >= settings.maximumEntries {
            let idle = entries.lazy.filter { $0.value.work == .none }
            guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
            entries[oldest.key] = nil
        }
        return LookUpEntry(now: now, isPinned: isPinned)
    }

    private mutating func start(_ key: Key, isAwaited: Bool, _ actions: inout Actions) {
        running += 1
        if !isAwaited { refreshing += 1 }
        entries[key]?.work = .running(isAwaited: isAwaited)
        actions.start.append(LookUp(key: key, epoch: epoch))
    }

    private mutating func startQueued(_ now: ContinuousClock.Instant, _ actions: inout Actions) {
        let room: Int =
            switch gate.state(now) {
            case .open: settings.maximumLookUps - running
            case .ajar: running == 0 ? 1 : 0
            case .closed: 0
            }
        let turn = Array(queue.prefix(max(room, 0)))
        queue.removeFirst(turn.count)
        for key in turn { start(key, isAwaited: true, &actions) }
    }

    /// Looks up what is due although nobody waits for it, as far as there is room beside what somebody waits for.
    private mutating func startOverdue(_ now: ContinuousClock.Instant, _ actions: inout Actions) {
        guard !overdue.isEmpty, queue.isEmpty else { return }
        var room: Int
        switch gate.state(now) {
        case .open: room = min(settings.maximumRefreshes - refreshing, settings.maximumLookUps - running)
        case .ajar: room = running == 0 ? 1 : 0
        case .closed: room = 0
        }
        while room > 0, let key = overdue.popLast() {
            // Somebody may have asked for it since the tick.
            guard let entry = entries[key], entry.work == .none, entry.due(now, settings) <= now else { continue }
            start(key, isAwaited: false, &actions)
            room -= 1
        }
    }

    /// Tells the gate of a failure. When that closes it, those who wait for their turn need not wait any longer.
    private mutating func reckon(
        _ failure: LookUpFailure,
        _ key: Key,
        _ now: ContinuousClock.Instant,
        _ jitter: Double,
        _ actions: inout Actions
    ) {
        guard failure.code.isSourceDown else { return gate.succeeded() }
        let wasOpen = gate.state(now) == .open
        gate.failed(key, failure, now, jitter: jitter)
        guard gate.state(now) == .closed else { return }
        if wasOpen { actions.notes.append(.down(failure)) }
        let waiting = queue
        queue = []
        for key in waiting {
            guard var entry = entries[key] else { continue }
            entry.work = .none
            let answer = entry.denied(downError(key))
            entries[key] = entry.isDropped ? nil : entry
            actions.answers.append((key, answer))
        }
    }

    private func downError(_ key: Key) -> DestinationLookupError {
        let failure =
            switch gate.lastFailure {
            case let last? where last.key.tenant == key.tenant: last.failure
            case let last?: last.failure.forOthers
            case nil: LookUpFailure(.serviceUnavailable)
            }
        return failure.error(key, origin)
    }
}
