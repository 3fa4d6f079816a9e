import DestinationModel
import DestinationSources
import Logging
import NIOCore
import SMTP
import Telemetry
import UpstreamPool

/// The sessions of one key: runs the pool's state machine on an event loop.
///
/// Belongs to its event loop.
final class RoutePool: SessionOwner {
    typealias Machine = PoolStateMachine<Int, UpstreamFailure>

    /// A session on loan.
    struct Loan {
        let session: Session
        /// Whether it has served others before.
        let isReused: Bool
    }

    private(set) var target: UpstreamTarget
    private let loop: any EventLoop
    private let connector: SessionConnector
    private let openings: OpeningPacer
    private let metrics: RouteMetrics
    private let logger: Logger
    private var machine: Machine
    /// Until they are closed.
    private var sessions: [Machine.SessionID: Session] = [:]
    /// What was asked of the pacer for sessions that aren't open.
    private var attempts: [Machine.SessionID: OpeningPacer.Attempt] = [:]
    /// What was granted for sessions that are open and whose mail server hasn't accepted a message.
    private var unconfirmed: [Machine.SessionID: OpeningPacer.Attempt] = [:]
    /// Until when a refused login keeps the account from opening sessions.
    private var refusedUntil: ContinuousClock.Instant?
    private var waiters: [Int: Waiter] = [:]
    private var lastWaiter = 0
    private var resumption = TLSResumption()
    private var login = LoginMemory()
    /// Sessions that are opened again with a new token, since the one they had was refused.
    private var renewed: Set<Machine.SessionID> = []
    private var timer: (deadline: ContinuousClock.Instant, task: Scheduled<Void>)?
    private var isDraining = false
    /// What this pool has put into the route's gauges, which it shares with the pools of former destinations.
    private var reported = (open: Int64(0), idle: Int64(0), closing: Int64(0), waiting: Int64(0))
    /// Itself, from when it is drained until its last session is gone: sessions hold it weakly, and one that is being
    /// opened would stay open for ever if nobody were there to close it. Not longer, for it knows a password.
    private var untilEmptied: RoutePool?
    private let clock = ContinuousClock()

    /// A pool that is called from elsewhere, unless it's gone.
    private struct Weak {
        weak var pool: RoutePool?
    }

    private struct Waiter {
        let user: any SessionUser
        let answer: (Result<Loan, UpstreamFailure>) -> Void
    }

    init(
        target: UpstreamTarget,
        limits: PoolLimits,
        connector: SessionConnector,
        openings: OpeningPacer,
        loop: any EventLoop,
        metrics: RouteMetrics,
        logger: Logger
    ) {
        self.target = target
        self.machine = Machine(limits: limits)
        self.connector = connector
        self.openings = openings
        self.loop = loop
        self.metrics = metrics
        self.logger = logger
    }

    /// Asks for a session; `answer` may be called before this returns.
    /// - Returns: what ``cancel(_:)`` wants.
    func borrow(
        for user: any SessionUser,
        fresh: Bool,
        _ answer: @escaping (Result<Loan, UpstreamFailure>) -> Void
    ) -> Int {
        lastWaiter += 1
        let number = lastWaiter
        waiters[number] = Waiter(user: user, answer: answer)
        carryOut(machine.acquire(number, fresh: fresh, at: clock.now))
        return number
    }

    /// Whether others wait for a session.
    var hasWaiters: Bool { machine.waitingCount > 0 }

    /// Takes the question back.
    func cancel(_ waiter: Int) {
        guard waiters.removeValue(forKey: waiter) != nil else { return }
        carryOut(machine.cancel(waiter))
    }

    /// Has the sessions to come use a target of the same key, whose TLS context may trust other authorities.
    func renew(_ target: UpstreamTarget) {
        guard target.key == self.target.key else { return }
        // A resumed session isn't verified again.
        if target.tls !== self.target.tls { resumption = TLSResumption() }
        self.target = target
    }

    /// Lends nothing any more and closes what is idle; what is lent is closed when it comes back. The pool lives until
    /// the last session is closed.
    func drain() {
        isDraining = true
        untilEmptied = self
        carryOut(machine.drain(at: clock.now))
    }

    /// Changes the machine.
    func perform(_ change: (inout Machine, ContinuousClock.Instant) -> Void) {
        change(&machine, clock.now)
        updateGauges()
        setTimer()
    }

    func logThrottling(_ throttling: Throttling, by id: Machine.SessionID) {
        logger.notice("mail server throttles", metadata: ["session": "\(id)", "reason": "\(throttling)"])
    }

    // MARK: What sessions say

    func sessionEstablished(_ session: Session) {
        renewed.remove(session.id)
        login.loggedIn(with: session.mechanism)
        refusedUntil = nil
        metrics.sessionsCreated.increment()
        if let attempt = attempts.removeValue(forKey: session.id) {
            openings.ended(attempt, .established)
            unconfirmed[session.id] = attempt
        }
        carryOut(machine.opened(session.id, at: clock.now))
    }

    func sessionConfirmed(_ session: Session) {
        guard let attempt = unconfirmed.removeValue(forKey: session.id) else { return }
        openings.ended(attempt, .confirmed)
    }

    func sessionFailed(_ session: Session, _ failure: UpstreamFailure) {
        // A cached token may have been revoked: one fresh token, one more attempt.
        if failure.areCredentialsRefused {
            let isRenewed = renewed.contains(session.id)
            let attempts = login.refused(
                with: session.mechanism,
                after: session.loginAttempts,
                mayBeStale: session.token != nil && !isRenewed
            )
            if let token = session.token, let attempts {
                renewed.insert(session.id)
                return connect(session.id, insteadOf: token, maxLoginAttempts: attempts)
            }
        }
        openingFailed(session.id, failure)
    }

    func sessionFreed(_ session: Session) {
        carryOut(machine.released(session.id, at: clock.now))
    }

    func sessionBroken(_ session: Session) {
        metrics.retired(.lost)
        lostByServer(session.id)
        carryOut(machine.broken(session.id, at: clock.now))
    }

    func sessionProbed(_ session: Session, isAlive: Bool) {
        if !isAlive { lostByServer(session.id) }
        carryOut(machine.probed(session.id, isAlive: isAlive, at: clock.now))
    }

    func sessionClosed(_ session: Session, wasCut: Bool) {
        let wasOurs = sessions.removeValue(forKey: session.id) != nil
        if wasOurs, !machine.isClosing(session.id) {
            metrics.retired(wasCut ? .cut : .lost)
            if !wasCut || session.isEndedByServer { lostByServer(session.id) }
        }
        unconfirmed[session.id] = nil
        carryOut(machine.lost(session.id, at: clock.now))
    }

    // MARK: Inside

    /// A session that the server ends before it has accepted a message counts as an opening that failed.
    private func lostByServer(_ id: Machine.SessionID) {
        failUnconfirmed(id)
        unconfirmed[id] = nil
    }

    /// Counts the opening of a session as failed, unless the server has accepted a message. A session that stays open may
    /// still be confirmed.
    func failUnconfirmed(_ id: Machine.SessionID) {
        guard let attempt = unconfirmed[id] else { return }
        let reason = "\(target.destination.host) has ended the session before it accepted a message"
        openings.ended(attempt, .failed(.account, UpstreamFailure(.lost, reason)))
    }

    private func carryOut(_ actions: [Machine.Action]) {
        for action in actions {
            switch action {
            case .open(let id): open(id)
            case .withdraw(let id): withdraw(id)
            case .probe(let id): sessions[id]?.probe()
            case .lend(let id, let waiter, let isReused, let waited): lend(id, to: waiter, isReused, waited)
            case .deny(let waiter, let denial, let waited): deny(waiter, denial, waited)
            case .close(let id, let retirement):
                metrics.retired(retirement)
                // It stays until it's closed.
                guard let session = sessions[id] else {
                    carryOut(machine.lost(id, at: clock.now))
                    continue
                }
                session.quit()
            }
        }
        updateGauges()
        setTimer()
        if isDraining, machine.isEmpty { untilEmptied = nil }
    }

    /// Opens a session as soon as its account and host are due.
    private func open(_ id: Machine.SessionID) {
        // What an action before this one has led to may have taken it back.
        guard machine.isOpening(id) else { return }
        var attempt = attempts[id] ?? openings.attempt(for: target.key)
        let pool = NIOLoopBound(Weak(pool: self), eventLoop: loop)
        let answer = openings.request(&attempt) { [loop] in
            loop.execute { pool.value.pool?.due(id) }
        }
        attempts[id] = attempt
        switch answer {
        case .granted:
            connect(id)
        case .postponed(let postponement):
            if postponement.isLoginRefused { refusedUntil = postponement.earliest }
            carryOut(
                machine.postponed(
                    id,
                    until: postponement.pollAt,
                    earliest: postponement.earliest,
                    because: postponement.failure,
                    denies: postponement.isLoginRefused,
                    at: clock.now
                )
            )
        }
    }

    private func due(_ id: Machine.SessionID) {
        carryOut(machine.due(id, at: clock.now))
    }

    private func withdraw(_ id: Machine.SessionID) {
        guard let attempt = attempts.removeValue(forKey: id) else { return }
        openings.withdraw(attempt)
    }

    private func connect(
        _ id: Machine.SessionID,
        insteadOf refused: AccessToken? = nil,
        maxLoginAttempts: Int = ClientMachine.Configuration.maxLoginAttempts
    ) {
        let opening = connector.open(
            id,
            target: target,
            owner: self,
            on: loop,
            resuming: resumption,
            insteadOf: refused,
            login: (login.mechanism, maxLoginAttempts),
            logger: logger
        )
        opening.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let session):
                self.sessions[id] = session.value
            case .failure(let error):
                self.openingFailed(id, UpstreamFailure(connecting: error, to: self.target.destination))
            }
        }
    }

    private func openingFailed(_ id: Machine.SessionID, _ failure: UpstreamFailure) {
        sessions[id] = nil
        renewed.remove(id)
        metrics.openingFailed(failure.kind)
        if let attempt = attempts.removeValue(forKey: id) {
            let until = openings.ended(attempt, .failed(failure.scope, failure))
            if failure.scope == .login { refusedUntil = until }
        }
        let metadata: Logger.Metadata = ["session": "\(id)", "reason": "\(failure.reason)"]
        logger.warning("no session with the mail server", metadata: metadata)
        carryOut(machine.openingFailed(id, failure.opening, failure, at: clock.now))
    }

    private func lend(_ id: Machine.SessionID, to number: Int, _ isReused: Bool, _ waited: Duration) {
        guard let waiter = waiters.removeValue(forKey: number) else {
            return carryOut(machine.released(id, at: clock.now))
        }
        guard let session = sessions[id], session.lend(to: waiter.user, for: target.key) else {
            // One that can't be lent reports its end itself.
            if sessions[id] == nil { carryOut(machine.lost(id, at: clock.now)) }
            return waiter.answer(.failure(UpstreamFailure(.lost, "the session was lost, try again")))
        }
        metrics.poolWait.record(waited)
        if isReused { metrics.sessionsReused.increment() }
        waiter.answer(.success(Loan(session: session, isReused: isReused)))
    }

    private func deny(_ number: Int, _ denial: Machine.Denial, _ waited: Duration) {
        guard let waiter = waiters.removeValue(forKey: number) else { return }
        metrics.poolWait.record(waited)
        let failure =
            switch denial {
            case .failed(let failure): failure
            case .tooManyWaiters: UpstreamFailure(.poolFull, "too many messages wait for a session, try again")
            case .waitedTooLong: UpstreamFailure(.poolWait, "no session became free in time, try again")
            case .drained: UpstreamFailure.draining
            }
        metrics.denied(failure.kind)
        waiter.answer(.failure(failure))
    }

    private func updateGauges() {
        let now = (
            open: Int64(machine.count), idle: Int64(machine.idleCount), closing: Int64(machine.closingCount),
            waiting: Int64(machine.waitingCount)
        )
        metrics.sessionsOpen.increment(by: now.open - reported.open)
        metrics.sessionsIdle.increment(by: now.idle - reported.idle)
        metrics.sessionsClosing.increment(by: now.closing - reported.closing)
        metrics.waiting.increment(by: now.waiting - reported.waiting)
        reported = now
        guard !isDraining else { return }
        metrics.sessionCap.set(Int64(machine.cap(at: clock.now)))
        metrics.circuitOpen.set(refusedUntil.map { clock.now < $0 } ?? false ? 1 : 0)
    }

    /// Has time told to the machine when that has asked for it, or earlier, which does no harm: each message moves the
    /// deadline, and most move it away.
    private func setTimer() {
        guard let deadline = machine.nextDeadline else { return }
        guard timer.map({ $0.deadline > deadline }) ?? true else { return }
        timer?.task.cancel()
        let delay = max(.zero, deadline - clock.now)
        let task = loop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in
            guard let self else { return }
            self.timer = nil
            self.carryOut(self.machine.advance(to: self.clock.now))
        }
        timer = (deadline, task)
    }
}

@available(*, unavailable)
extension RoutePool: Sendable {}
