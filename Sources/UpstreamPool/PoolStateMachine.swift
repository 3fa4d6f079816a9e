/// Which session serves which transaction: a pool of logged-in sessions with one mail server as one user.
///
/// Pure: every event is a function that says what to do next, and time comes in as an argument. One pool belongs to one
/// key, that is to all that decides who we are upstream; a session can't get from one pool into another, since it has no
/// name outside of its own.
///
/// `Failure` is what the owner tells those for whom no session can be had; the pool only passes it on.
public struct PoolStateMachine<Waiter: Hashable & Sendable, Failure: Sendable>: Sendable {
    /// Instants of a clock that goes on while the machine sleeps.
    public typealias Instant = ContinuousClock.Instant

    /// A session of this pool. Numbers aren't used twice.
    public struct SessionID: Hashable, Sendable, CustomStringConvertible {
        let number: Int
        public var description: String { String(number) }
    }

    /// Why a session was closed by the pool, or left it.
    public enum Retirement: String, Hashable, Sendable, CaseIterable {
        case idle, age, messages, drained, lost, cut
        case probeFailed = "probe_failed"
        case throttled
    }

    /// Why a waiter gets no session.
    public enum Denial: Sendable {
        /// The last attempt to open one has failed.
        case failed(Failure)
        /// All are lent, and too many wait already.
        case tooManyWaiters
        /// None became free in time.
        case waitedTooLong
        /// The pool is being closed.
        case drained
    }

    /// How an attempt to open a session has failed.
    public enum OpeningFailure: Sendable {
        /// The server couldn't be reached, or didn't let us in for now.
        case unavailable
        /// The server has too many sessions of ours.
        case tooManySessions
        /// The login was refused.
        case loginRefused
    }

    /// What is to be done.
    public enum Action: Sendable {
        /// Open a session; answer with ``opened(_:at:)`` or ``openingFailed(_:_:_:at:)``, or with
        /// ``postponed(_:until:earliest:because:denies:at:)`` if none may be opened yet.
        case open(SessionID)
        /// Don't open a session that was postponed: it's forgotten.
        case withdraw(SessionID)
        /// Ask the session whether it's alive; answer with ``probed(_:isAlive:at:)``.
        case probe(SessionID)
        /// The session is the waiter's until it's released.
        case lend(SessionID, to: Waiter, isReused: Bool, waited: Duration)
        case deny(Waiter, Denial, waited: Duration)
        /// Close the session; answer with ``lost(_:at:)`` when it's closed. Until then it counts.
        case close(SessionID, Retirement)
    }

    enum State: Sendable {
        /// To ``idle`` when open, ``postponed``, or gone.
        case opening
        /// Not to be opened yet: to ``opening`` at this time or when asked to, or gone.
        case postponed(until: Instant)
        /// To ``lent``, ``probing``, ``closing``, or gone.
        case idle(since: Instant)
        /// To ``idle`` when alive, ``closing``, or gone.
        case probing
        /// To ``idle`` when released, ``closing``, or gone.
        case lent
        /// Told to close, and not closed yet. Then gone.
        case closing
    }

    struct Session: Sendable {
        var state: State
        /// When it was opened, for its age.
        var birth: Instant
        var transactions = 0
        /// Why it's closed when it's released.
        var retirement: Retirement?
    }

    struct Waiting: Sendable {
        var waiter: Waiter
        var since: Instant
        /// Only a session that was opened for it will do.
        var wantsFresh: Bool
    }

    /// How much of everything there may be.
    public let limits: PoolLimits
    var sessions = Sessions()
    /// Idle ones, the one used last at the end: it's the least likely to be dead, and the others can grow old.
    var idle: [SessionID] = []
    /// Oldest first: who came first is served first.
    var waiting: [Waiting] = []
    var isDrained = false
    var lastNumber = 0
    /// The cap that the server taught us, and until when it holds.
    var learnedCap: (sessions: Int, until: Instant)?
    /// Why the last attempt to open a session failed, until one succeeds.
    var lastFailure: Failure?

    /// A pool without sessions.
    public init(limits: PoolLimits) {
        self.limits = limits
    }

    // MARK: What happens

    /// A transaction needs a session.
    /// - Parameter fresh: none that was used before: such a one has just failed the waiter.
    public mutating func acquire(_ waiter: Waiter, fresh: Bool = false, at now: Instant) -> [Action] {
        guard !isDrained else { return [.deny(waiter, .drained, waited: .zero)] }
        guard waiting.count < limits.waiters else { return [.deny(waiter, .tooManyWaiters, waited: .zero)] }
        waiting.append(Waiting(waiter: waiter, since: now, wantsFresh: fresh))
        return serve(at: now)
    }

    /// The transaction doesn't need it any more. Nothing happens to a session that is being opened for it.
    public mutating func cancel(_ waiter: Waiter) -> [Action] {
        waiting.removeAll { $0.waiter == waiter }
        return withdrawUnwanted()
    }

    /// The session stands, logged in.
    public mutating func opened(_ id: SessionID, at now: Instant) -> [Action] {
        guard isOpening(id) else { return [] }
        lastFailure = nil
        guard !isDrained else { return [close(id, .drained)] }
        sessions[id] = Session(state: .idle(since: now), birth: now)
        idle.append(id)
        return serve(at: now)
    }

    /// The session can't be had.
    public mutating func openingFailed(
        _ id: SessionID,
        _ kind: OpeningFailure,
        _ failure: Failure,
        at now: Instant
    ) -> [Action] {
        guard isOpening(id) else { return [] }
        sessions[id] = nil
        lastFailure = failure
        switch kind {
        case .unavailable, .loginRefused: break
        case .tooManySessions: learnedCap = (max(1, established), now + limits.learnedCap)
        }
        // Where others are open or about to be, those who wait can hope.
        guard !hasProspects else { return serve(at: now) }
        return denyAll(.failed(failure), at: now) + withdrawUnwanted()
    }

    /// The session may not be opened yet. Those for whom that is too late are denied one, unless others are open.
    ///
    /// - Parameters:
    ///   - pollAt: when to try again.
    ///   - earliest: the session isn't opened before this time.
    ///   - failure: the failure that led to the pause.
    ///   - denies: whether all who wait are denied: waiting is of no use.
    public mutating func postponed(
        _ id: SessionID,
        until pollAt: Instant,
        earliest: Instant,
        because failure: Failure?,
        denies: Bool,
        at now: Instant
    ) -> [Action] {
        guard isOpening(id) else { return [] }
        lastFailure = failure ?? lastFailure
        // One is enough to be woken.
        let isSecond = sessions.postponedID != nil
        sessions[id] = isSecond ? nil : Session(state: .postponed(until: pollAt), birth: now)
        var actions: [Action] = isSecond ? [.withdraw(id)] : []
        if !hasProspects, let failure {
            let wait = limits.wait
            let isDenied = { (waiter: Waiting) in denies || waiter.since + wait <= earliest }
            let denied = waiting.filter(isDenied)
            waiting.removeAll(where: isDenied)
            actions += denied.map { .deny($0.waiter, .failed(failure), waited: now - $0.since) }
        }
        return actions + withdrawUnwanted()
    }

    /// A postponed session is to be tried again.
    public mutating func due(_ id: SessionID, at now: Instant) -> [Action] {
        guard case .postponed = sessions[id]?.state else { return [] }
        guard count < cap(at: now) else {
            // The cap was lowered meanwhile.
            sessions[id] = nil
            return [.withdraw(id)]
        }
        sessions[id]?.state = .opening
        return [.open(id)]
    }

    /// The waiter has done with the session, and the session is ready for the next.
    public mutating func released(_ id: SessionID, at now: Instant) -> [Action] {
        guard var session = sessions[id], case .lent = session.state else { return [] }
        session.transactions += 1
        let retirement: Retirement? =
            isDrained
            ? .drained
            : session.transactions >= limits.messages
                ? .messages : now - session.birth >= limits.age ? .age : session.retirement
        if let retirement {
            return [close(id, retirement)] + serve(at: now)
        }
        session.state = .idle(since: now)
        sessions[id] = session
        idle.append(id)
        return serve(at: now)
    }

    /// The session has answered the probe, or not.
    public mutating func probed(_ id: SessionID, isAlive: Bool, at now: Instant) -> [Action] {
        guard var session = sessions[id], case .probing = session.state else { return [] }
        guard isAlive, !isDrained else {
            return [close(id, isDrained ? .drained : .probeFailed)] + serve(at: now)
        }
        session.state = .idle(since: now)
        sessions[id] = session
        idle.append(id)
        return serve(at: now, proven: id)
    }

    /// An idle session is of no more use, and its connection not closed yet: it's lent no more, and counts until it's lost.
    public mutating func broken(_ id: SessionID, at now: Instant) -> [Action] {
        guard case .idle = sessions[id]?.state else { return [] }
        sessions[id]?.state = .closing
        idle.removeAll { $0 == id }
        return serve(at: now)
    }

    /// The session is gone: closed by the server, broken, or cut off by us.
    public mutating func lost(_ id: SessionID, at now: Instant) -> [Action] {
        guard sessions.remove(id) else { return [] }
        idle.removeAll { $0 == id }
        return serve(at: now)
    }

    /// Nothing is lent any more; what is idle is closed now, what is lent when it's released.
    public mutating func drain(at now: Instant) -> [Action] {
        isDrained = true
        let closed = idle.map { close($0, .drained) }
        return closed + denyAll(.drained, at: now) + withdrawUnwanted()
    }

    /// Time has passed: call at ``nextDeadline`` or later.
    public mutating func advance(to now: Instant) -> [Action] {
        var actions: [Action] = []
        for id in idle where isExpired(id, at: now) {
            actions.append(close(id, .idle))
        }
        let expired = waiting.prefix { now - $0.since >= limits.wait }
        waiting.removeFirst(expired.count)
        let denial = lastFailure.flatMap { established == 0 ? Denial.failed($0) : nil } ?? .waitedTooLong
        actions += expired.map { .deny($0.waiter, denial, waited: now - $0.since) }
        if let cap = learnedCap, now >= cap.until { learnedCap = nil }
        if let id = sessions.postponedID, case .postponed(let until) = sessions[id]?.state, now >= until,
            !waiting.isEmpty
        {
            actions += due(id, at: now)
        }
        return actions + serve(at: now)
    }

    /// When ``advance(to:)`` should be called next; nil when nothing depends on time. After a call it lies behind the time
    /// of that call.
    public var nextDeadline: Instant? {
        var earliest: Instant?
        func add(_ deadline: Instant) { earliest = min(earliest ?? deadline, deadline) }
        // The first has been idle for the longest time.
        if let first = idle.first, case .idle(let since) = sessions[first]?.state { add(since + limits.idleTime) }
        if let first = waiting.first {
            add(first.since + limits.wait)
            if let learnedCap { add(learnedCap.until) }
            if let id = sessions.postponedID, case .postponed(let until) = sessions[id]?.state { add(until) }
        }
        return earliest
    }

    mutating func nextID() -> SessionID {
        lastNumber += 1
        return SessionID(number: lastNumber)
    }

    // MARK: What there is

    /// Sessions in any state but those that may not be opened yet: what the server may count.
    public var count: Int { sessions.count - sessions.count(.postponed) }
    /// Sessions that nobody uses.
    public var idleCount: Int { idle.count }
    /// Sessions that were told to close and aren't closed.
    public var closingCount: Int { sessions.count(.closing) }
    /// Transactions that wait.
    public var waitingCount: Int { waiting.count }
    /// Whether nothing is left that the owner has to report about.
    public var isEmpty: Bool { sessions.isEmpty }

    /// Whether a session is to be opened, or is being opened.
    public func isOpening(_ id: SessionID) -> Bool {
        sessions[id]?.state.kind == .opening
    }

    /// Whether a session was told to close.
    public func isClosing(_ id: SessionID) -> Bool { sessions[id]?.state.kind == .closing }

    /// How many sessions may be open now.
    public func cap(at now: Instant) -> Int {
        guard let learnedCap, now < learnedCap.until else { return limits.sessions }
        return min(learnedCap.sessions, limits.sessions)
    }
}
