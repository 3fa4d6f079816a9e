@testable import UpstreamPool

/// A pool on the bench, with the pacer of its host: what it does comes back as text, and time is a number of seconds.
struct PoolBench {
    typealias Pool = PoolStateMachine<String, String>
    typealias Pacer = HostPacer<String, String>

    var pool: Pool
    var pacer: Pacer
    private(set) var seconds = 0
    private let start = ContinuousClock.now
    private var starts: [Int: ContinuousClock.Instant] = [:]

    init(_ change: (inout PoolLimits) -> Void = { _ in }) {
        var limits = PoolLimits()
        change(&limits)
        pool = Pool(limits: limits)
        pacer = Pacer(pauses: .wholeSeconds)
    }

    var now: ContinuousClock.Instant { start + .seconds(seconds) }

    /// Seconds until ``PoolStateMachine/nextDeadline``.
    var deadline: Int? { pool.nextDeadline.map { Int((now.duration(to: $0)).components.seconds) } }

    mutating func wait(_ seconds: Int) { self.seconds += seconds }
    mutating func acquire(_ waiter: String, fresh: Bool = false) -> [String] {
        lines(pool.acquire(waiter, fresh: fresh, at: now))
    }
    mutating func cancel(_ waiter: String) -> [String] { lines(pool.cancel(waiter)) }
    mutating func opened(_ number: Int) -> [String] {
        let woken = ended(number, .established)
        return lines(pool.opened(.init(number: number), at: now)) + due(woken)
    }
    mutating func failed(_ number: Int, _ kind: Pool.OpeningFailure) -> [String] {
        let scope: Pacer.Scope =
            switch kind {
            case .loginRefused: .login
            case .unavailable, .tooManySessions: .account
            }
        let woken = pool.isOpening(.init(number: number)) ? ended(number, .failed(scope, "\(kind)")) : []
        return lines(pool.openingFailed(.init(number: number), kind, "\(kind)", at: now)) + due(woken)
    }
    mutating func released(_ number: Int) -> [String] { lines(pool.released(.init(number: number), at: now)) }
    mutating func probed(_ number: Int, _ isAlive: Bool) -> [String] {
        lines(pool.probed(.init(number: number), isAlive: isAlive, at: now))
    }
    mutating func lost(_ number: Int) -> [String] { lines(pool.lost(.init(number: number), at: now)) }
    mutating func broken(_ number: Int) -> [String] { lines(pool.broken(.init(number: number), at: now)) }
    mutating func drain() -> [String] { lines(pool.drain(at: now)) }
    mutating func advance(_ seconds: Int = 0) -> [String] {
        wait(seconds)
        return lines(pool.advance(to: now))
    }

    private mutating func ended(_ number: Int, _ outcome: Pacer.Outcome) -> [Int] {
        guard let start = starts.removeValue(forKey: number) else { return [] }
        return pacer.ended(number, of: "account", startedAt: start, outcome, jitter: 0, at: now)
    }

    private mutating func due(_ woken: [Int]) -> [String] {
        woken.flatMap { lines(pool.due(.init(number: $0), at: now)) }
    }

    private mutating func lines(_ actions: [Pool.Action]) -> [String] {
        actions.flatMap { line($0) }
    }

    private mutating func line(_ action: Pool.Action) -> [String] {
        switch action {
        case .open(let id):
            open(id)
        case .withdraw(let id):
            due(pacer.withdraw(id.number, for: "account", at: now))
        case .probe(let id): ["probe \(id)"]
        case .lend(let id, let waiter, let isReused, let waited):
            [
                "lend \(id) to \(waiter)\(isReused ? ", reused" : "")"
                    + (waited > .zero ? ", \(waited.components.seconds) s" : "")
            ]
        case .deny(let waiter, let denial, _): ["deny \(waiter): \(denial)"]
        case .close(let id, let retirement): ["close \(id): \(retirement.rawValue)"]
        }
    }

    private mutating func open(_ id: Pool.SessionID) -> [String] {
        guard pool.isOpening(id) else { return [] }
        let (answer, woken) = pacer.request(id.number, for: "account", at: now)
        switch answer {
        case .granted:
            starts[id.number] = now
            return ["open \(id)"] + due(woken)
        case .postponed(let postponement):
            return lines(
                pool.postponed(
                    id,
                    until: postponement.pollAt,
                    earliest: postponement.earliest,
                    because: postponement.failure,
                    denies: postponement.isLoginRefused,
                    at: now
                )
            ) + due(woken)
        }
    }
}

/// The states a session can be in.
enum SessionSituation: CaseIterable {
    case opening, postponed, idle, probing, lent, closing, gone

    /// Session 1 (2 where it is `postponed`) in this state; `probing` has "b" waiting for it, and `postponed` "a". The cap is 1.
    func bench() -> PoolBench {
        var bench = PoolBench { $0.sessions = 1 }
        _ = bench.acquire("a")
        if self == .opening { return bench }
        if self == .postponed {
            _ = bench.failed(1, .unavailable)
            _ = bench.acquire("a")
            return bench
        }
        _ = bench.opened(1)
        switch self {
        case .opening, .postponed, .lent: break
        case .closing:
            bench.wait(300)
            _ = bench.released(1)
        case .gone: _ = bench.lost(1)
        case .idle, .probing:
            _ = bench.released(1)
            bench.wait(10)
            if self == .probing { _ = bench.acquire("b") }
        }
        return bench
    }
}

extension OpeningPauses {
    /// Pauses that begin with a second, the unit of these tests' clock.
    static let wholeSeconds = {
        var pauses = OpeningPauses()
        pauses.open = .seconds(1)...(.seconds(30))
        return pauses
    }()
}
