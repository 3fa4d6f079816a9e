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
    }

    /// Why a waiter gets no session.
    public enum Denial: Sendable {
        /// The attempt to open one has failed.
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
        /// Open a session; answer with ``opened(_:at:)`` or ``openingFailed(_:_:_:at:)``.
        case open(SessionID)
        /// Ask the session whether it's alive; answer with ``probed(_:isAlive:at:)``.
        case probe(SessionID)
        /// The session is the waiter's until it's released.
        case lend(SessionID, to: Waiter, isReused: Bool, waited: Duration)
        case deny(Waiter, Denial, waited: Duration)
        /// Close the session; it's forgotten already.
        case close(SessionID, Retirement)
    }

    enum State: Sendable {
        /// To ``idle`` or ``lent`` when open, else gone.
        case opening
        /// To ``lent``, ``probing``, or gone.
        case idle(since: Instant)
        /// To ``lent`` when alive, else gone.
        case probing
        /// To ``idle`` when released, or gone.
        case lent
    }

    struct Session: Sendable {
        var state: State
        /// When it was opened, for its age.
        var birth: Instant
        var transactions = 0
    }

    struct Waiting: Sendable {
        var waiter: Waiter
        var since: Instant
        /// Only a session that was opened for it will do.
        var wantsFresh: Bool
    }

    /// How much of everything there may be.
    public let limits: PoolLimits
    var sessions: [SessionID: Session] = [:]
    /// Idle ones, the one used last at the end: it's the least likely to be dead, and the others can grow old.
    var idle: [SessionID] = []
    /// Oldest first: who came first is served first.
    var waiting: [Waiting] = []
    var isDrained = false
    var lastNumber = 0
    /// The time of the last event after which all were served who could be.
    var lastServed: Instant?

    /// The cap that the server taught us, and until when it holds.
    var learnedCap: (sessions: Int, until: Instant)?
    /// No session is opened before this time while others are open.
    var openPause: (length: Duration, until: Instant)?
    /// No session is opened before this time, and this is why.
    var circuit: (length: Duration, until: Instant, failure: Failure)?

    /// A pool without sessions.
    public init(limits: PoolLimits) {
        self.limits = limits
    }

    // MARK: What happens

    /// A transaction needs a session.
    /// - Parameter fresh: none that was used before: such a one has just failed the waiter.
    public mutating func acquire(_ waiter: Waiter, fresh: Bool = false, at now: Instant) -> [Action] {
        guard !isDrained else { return [.deny(waiter, .drained, waited: .zero)] }
        if let circuit, now < circuit.until, sessions.isEmpty {
            return [.deny(waiter, .failed(circuit.failure), waited: .zero)]
        }
        guard waiting.count < limits.waiters else { return [.deny(waiter, .tooManyWaiters, waited: .zero)] }
        waiting.append(Waiting(waiter: waiter, since: now, wantsFresh: fresh))
        return serve(at: now)
    }

    /// The transaction doesn't need it any more. Nothing happens to a session that is being opened for it.
    public mutating func cancel(_ waiter: Waiter) {
        waiting.removeAll { $0.waiter == waiter }
    }

    /// The session stands, logged in.
    public mutating func opened(_ id: SessionID, at now: Instant) -> [Action] {
        guard let session = sessions[id], case .opening = session.state else { return [] }
        circuit = nil
        openPause = nil
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
        guard let session = sessions[id], case .opening = session.state else { return [] }
        sessions[id] = nil
        switch kind {
        case .unavailable:
            openPause = Self.pause(after: openPause?.length, in: limits.openPause, at: now)
        case .tooManySessions:
            learnedCap = (max(1, established), now + limits.learnedCap)
            openPause = Self.pause(after: openPause?.length, in: limits.openPause, at: now)
        case .loginRefused:
            let pause = Self.pause(after: circuit?.length, in: limits.loginPause, at: now)
            circuit = (pause.length, pause.until, failure)
        }
        // Where others are open or about to be, those who wait can hope.
        guard sessions.isEmpty else { return serve(at: now) }
        return denyAll(.failed(failure), at: now)
    }

    /// The waiter has done with the session, and the session is ready for the next.
    public mutating func released(_ id: SessionID, at now: Instant) -> [Action] {
        guard var session = sessions[id], case .lent = session.state else { return [] }
        session.transactions += 1
        let retirement: Retirement? =
            isDrained
            ? .drained
            : session.transactions >= limits.messages
                ? .messages : now - session.birth >= limits.age ? .age : nil
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

    /// The session is gone: closed by the server, broken, or cut off by us.
    public mutating func lost(_ id: SessionID, at now: Instant) -> [Action] {
        guard sessions.removeValue(forKey: id) != nil else { return [] }
        idle.removeAll { $0 == id }
        return serve(at: now)
    }

    /// Nothing is lent any more; what is idle is closed now, what is lent when it's released.
    public mutating func drain(at now: Instant) -> [Action] {
        isDrained = true
        let closed = idle.map { id in
            sessions[id] = nil
            return Action.close(id, .drained)
        }
        idle = []
        return closed + denyAll(.drained, at: now)
    }

    /// Time has passed: call at ``nextDeadline`` or later.
    public mutating func advance(to now: Instant) -> [Action] {
        var actions: [Action] = []
        for id in idle where isExpired(id, at: now) {
            actions.append(close(id, .idle))
        }
        let expired = waiting.prefix { now - $0.since >= limits.wait }
        waiting.removeFirst(expired.count)
        actions += expired.map { .deny($0.waiter, .waitedTooLong, waited: now - $0.since) }
        if let cap = learnedCap, now >= cap.until { learnedCap = nil }
        return actions + serve(at: now)
    }

    /// When ``advance(to:)`` should be called next; nil when nothing depends on time. After a call it lies behind the time
    /// of that call.
    public var nextDeadline: Instant? {
        var deadlines: [Instant] = []
        // The first has been idle for the longest time.
        if let first = idle.first, case .idle(let since) = sessions[first]?.state {
            deadlines.append(since + limits.idleTime)
        }
        if let first = waiting.first {
            deadlines.append(first.since + limits.wait)
            // A pause is kept after its end, so that the next one is longer; it's no reason to wake up then.
            let pauses = [openPause?.until, circuit?.until].compactMap(\.self)
            deadlines += pauses.filter { until in lastServed.map { until > $0 } ?? true }
            if let learnedCap { deadlines.append(learnedCap.until) }
        }
        return deadlines.min()
    }

    mutating func nextID() -> SessionID {
        lastNumber += 1
        return SessionID(number: lastNumber)
    }

    // MARK: What there is

    /// Sessions in any state.
    public var count: Int { sessions.count }
    /// Sessions that nobody uses.
    public var idleCount: Int { idle.count }
    /// Transactions that wait.
    public var waitingCount: Int { waiting.count }
    /// Sessions that are open.
    var established: Int {
        sessions.values.count { session in if case .opening = session.state { false } else { true } }
    }

    /// How many sessions may be open now.
    public func cap(at now: Instant) -> Int {
        guard let learnedCap, now < learnedCap.until else { return limits.sessions }
        return min(learnedCap.sessions, limits.sessions)
    }

    /// Until when a refused login keeps the pool from opening sessions.
    public func circuitOpen(at now: Instant) -> Bool { circuit.map { now < $0.until } ?? false }
}
