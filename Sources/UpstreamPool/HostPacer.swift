/// Paces the attempts to open sessions with one host (name and port), for all its accounts.
///
/// As long as attempts succeed, each may start at once. After a failure an account has one attempt at a time, with growing
/// pauses in between, until the server has accepted a message: one that accepts a login and then ends the session fails as
/// well. After a failure that the host itself caused (``Scope/host``), the host too has one attempt at a time,
/// and its accounts take turns. An account in its own pause has no place among them, so an account that fails never takes
/// the turn of another.
///
/// Pure: requests come in by number, each call returns the decision and the requests to wake, and time is an argument.
public struct HostPacer<Account: Hashable & Sendable, Failure: Sendable>: Sendable {
    /// Instants of a clock that continues while the machine sleeps.
    public typealias Instant = ContinuousClock.Instant
    /// A request for an attempt. Its owner doesn't reuse the number.
    public typealias RequestID = Int

    /// What a failure says about.
    public enum Scope: Hashable, Sendable {
        /// The host, before any login: refused, timed out, or greeted with a refusal.
        case host
        /// The account; the host may be fine.
        case account
        /// The account: its login was refused.
        case login
    }

    /// How an attempt ended.
    public enum Outcome: Sendable {
        /// The session stands, logged in. The account's pause is over, and so is the host's; the next failure lengthens the
        /// account's nevertheless.
        case established
        /// The server has accepted a message of the established session: the account's failures are forgotten. Reported
        /// after ``established``; a session that is lost before is reported as failed.
        case confirmed
        case failed(Scope, Failure)
        /// It wasn't made.
        case unused
    }

    /// Why an attempt may not start yet.
    public struct Postponement: Sendable {
        /// When to ask again, unless woken before.
        public let pollAt: Instant
        /// No attempt starts before this time.
        public let earliest: Instant
        /// The failure behind the pause.
        public let failure: Failure?
        /// The pause follows a refused login: waiting is of no use.
        public let isLoginRefused: Bool
    }

    /// The answer to a request.
    public enum Answer: Sendable {
        /// The attempt may start; its end is to be reported with ``ended(_:of:startedAt:_:jitter:at:)``.
        case granted
        /// Not yet. The request stays until it's granted or withdrawn.
        case postponed(Postponement)
    }

    /// A pause after a failure.
    fileprivate struct Pause: Sendable {
        var length: Duration
        var until: Instant
        var failedAt: Instant
        var failure: Failure
        var isLoginRefused = false
    }

    /// An attempt that was granted while its account or its host paused.
    fileprivate struct Trial: Sendable {
        let id: RequestID
        let since: Instant
    }

    fileprivate struct AccountState: Sendable {
        var pause: Pause?
        var trial: Trial?
        /// Requests that were postponed.
        var waiting: Set<RequestID> = []
        /// Its place among the turns.
        var ticket: Int?
    }

    private let pauses: OpeningPauses
    private var accounts: [Account: AccountState] = [:]
    private var pause: Pause?
    private var trial: Trial?
    /// Accounts that wait for their turn at a paused host, each once.
    private var turns = TurnQueue<Account>()
    /// Until when the first of them may claim its turn.
    private var claimLimit: Instant?

    /// A pacer of a host that hasn't failed.
    public init(pauses: OpeningPauses) {
        self.pauses = pauses
    }

    // MARK: Requests

    /// Asks for an attempt, for the first time or again.
    /// - Returns: the answer, and requests that are to ask again now.
    public mutating func request(
        _ id: RequestID,
        for account: Account,
        at now: Instant
    ) -> (answer: Answer, woken: [RequestID]) {
        if let postponement = accounts[account]?.postponement(at: now) {
            accounts[account]?.waiting.insert(id)
            return (.postponed(postponement), leaveTurns(account, at: now))
        }
        guard let pause else {
            return (grant(id, account, at: now), [])
        }
        var woken: [RequestID] = []
        if let claimLimit, now >= claimLimit, let late = turns.first, late != account {
            woken = leaveTurns(late, at: now)
        }
        if accounts[account]?.ticket == nil {
            let isOnly = turns.isEmpty
            accounts[account, default: AccountState()].ticket = turns.append(account)
            if isOnly { startClaim(at: now) }
        }
        let free = max(pause.until, trial.map { $0.since + pauses.turn } ?? pause.until)
        let isFirst = turns.first == account
        if isFirst, now >= free {
            trial = nil
            let answer = grant(id, account, at: now)
            return (answer, woken + leaveTurns(account, at: now))
        }
        accounts[account, default: AccountState()].waiting.insert(id)
        // Those behind the first are woken when they are first. The long poll is for a first one that was lost.
        let pollAt = isFirst ? free : max(now, free) + pauses.open.upperBound
        let postponement = Postponement(
            pollAt: pollAt,
            earliest: pause.until,
            failure: pause.failure,
            isLoginRefused: false
        )
        return (.postponed(postponement), woken)
    }

    /// Takes a postponed request back.
    /// - Returns: requests that are to ask again now.
    public mutating func withdraw(_ id: RequestID, for account: Account, at now: Instant) -> [RequestID] {
        guard accounts[account]?.waiting.remove(id) != nil else { return [] }
        let woken = accounts[account]?.waiting.isEmpty == true ? leaveTurns(account, at: now) : []
        dropIfIdle(account)
        return woken
    }

    /// A granted attempt has ended.
    ///
    /// - Parameters:
    ///   - start: when it was granted. One that began before the last failure says nothing new and doesn't lengthen the
    ///     pause.
    ///   - jitter: 0 to 1; shortens the pause by up to a fifth, so that relays don't try at the same time.
    /// - Returns: requests that are to ask again now.
    public mutating func ended(
        _ id: RequestID,
        of account: Account,
        startedAt start: Instant,
        _ outcome: Outcome,
        jitter: Double,
        at now: Instant
    ) -> [RequestID] {
        if trial?.id == id { trial = nil }
        if accounts[account]?.trial?.id == id { accounts[account]?.trial = nil }
        switch outcome {
        case .established:
            accounts[account]?.pause?.isLoginRefused = false
            let woken = clearHost() + wakeAll(of: account)
            dropIfIdle(account)
            return woken
        case .confirmed:
            accounts[account]?.pause = nil
            let woken = wakeAll(of: account)
            dropIfIdle(account)
            return woken
        case .failed(let scope, let failure):
            var state = accounts[account] ?? AccountState()
            let range = scope == .login ? pauses.login : pauses.open
            state.pause = next(after: state.pause, in: range, startedAt: start, failure, jitter: jitter, at: now)
            state.pause?.isLoginRefused = scope == .login
            accounts[account] = state
            switch scope {
            case .host:
                pause = next(after: pause, in: pauses.open, startedAt: start, failure, jitter: jitter, at: now)
                return wakeFirst(at: now) + wakeAll(of: account)
            case .login:
                // The host has answered, so it's not the host.
                return clearHost() + wakeAll(of: account)
            case .account:
                return wakeFirst(at: now) + wakeAll(of: account)
            }
        case .unused:
            let woken = wakeFirst(at: now) + wakeAll(of: account)
            dropIfIdle(account)
            return woken
        }
    }

    /// Until when the account may open no session, if it pauses.
    public func pausedUntil(_ account: Account) -> Instant? { accounts[account]?.pause?.until }

    /// Whether there is nothing to remember: the host and all its accounts work.
    public var isIdle: Bool { accounts.isEmpty && pause == nil && trial == nil && turns.isEmpty }

    /// Forgets the failures that lie long enough in the past.
    /// - Returns: whether nothing is left to remember.
    public mutating func forget(at now: Instant) -> Bool {
        if let pause, now >= pause.until + pauses.memory, turns.isEmpty, trial == nil { self.pause = nil }
        accounts = accounts.filter { _, state in
            !state.isIdle || state.pause.map { now < $0.until + pauses.memory } ?? false
        }
        return isIdle
    }

    // MARK: Inside

    private mutating func grant(_ id: RequestID, _ account: Account, at now: Instant) -> Answer {
        let attempt = Trial(id: id, since: now)
        accounts[account]?.waiting.remove(id)
        if accounts[account]?.pause != nil { accounts[account]?.trial = attempt }
        if pause != nil { trial = attempt }
        dropIfIdle(account)
        return .granted
    }

    private func next(
        after last: Pause?,
        in range: ClosedRange<Duration>,
        startedAt start: Instant,
        _ failure: Failure,
        jitter: Double,
        at now: Instant
    ) -> Pause {
        if var last, start < last.failedAt {
            last.failure = failure
            return last
        }
        let length = last.map { min(max($0.length * 2, range.lowerBound), range.upperBound) } ?? range.lowerBound
        return Pause(length: length, until: now + length * (1 - 0.2 * jitter), failedAt: now, failure: failure)
    }

    /// Takes an account's place among the turns away; the next one is first now.
    private mutating func leaveTurns(_ account: Account, at now: Instant) -> [RequestID] {
        guard let ticket = accounts[account]?.ticket else { return [] }
        accounts[account]?.ticket = nil
        dropIfIdle(account)
        return turns.remove(ticket) ? wakeFirst(at: now) : []
    }

    private mutating func wakeFirst(at now: Instant) -> [RequestID] {
        startClaim(at: now)
        return turns.first.map { wakeAll(of: $0) } ?? []
    }

    private mutating func startClaim(at now: Instant) {
        guard !turns.isEmpty, let pause else { return claimLimit = nil }
        let free = max(now, pause.until, trial.map { $0.since + pauses.turn } ?? now)
        claimLimit = free + pauses.claim
    }

    private func wakeAll(of account: Account) -> [RequestID] { accounts[account]?.waiting.sorted() ?? [] }

    /// The host works: everything that waits for it may ask again.
    private mutating func clearHost() -> [RequestID] {
        guard pause != nil else { return [] }
        pause = nil
        trial = nil
        claimLimit = nil
        let all = turns.all
        turns = TurnQueue()
        for account in all { accounts[account]?.ticket = nil }
        return all.flatMap { wakeAll(of: $0) }
    }

    private mutating func dropIfIdle(_ account: Account) {
        guard let state = accounts[account], state.isIdle, state.pause == nil else { return }
        accounts[account] = nil
    }
}

extension HostPacer.AccountState {
    fileprivate var isIdle: Bool { trial == nil && waiting.isEmpty && ticket == nil }

    /// Why the account itself may make no attempt now.
    fileprivate func postponement(at now: HostPacer.Instant) -> HostPacer.Postponement? {
        guard let pause else { return nil }
        guard trial != nil || now < pause.until else { return nil }
        // The end of the trial wakes its requests.
        let pollAt = trial == nil ? pause.until : max(now, pause.until) + .seconds(30)
        return HostPacer.Postponement(
            pollAt: pollAt,
            earliest: pause.until,
            failure: pause.failure,
            isLoginRefused: pause.isLoginRefused && trial == nil
        )
    }
}
