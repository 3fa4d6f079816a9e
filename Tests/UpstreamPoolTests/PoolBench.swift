@testable import UpstreamPool

/// A pool on the bench: its actions come back as text, and time is a number of seconds.
struct PoolBench {
    typealias Pool = PoolStateMachine<String, String>

    var pool: Pool
    private(set) var seconds = 0
    private let start = ContinuousClock.now

    init(_ change: (inout PoolLimits) -> Void = { _ in }) {
        var limits = PoolLimits()
        change(&limits)
        pool = Pool(limits: limits)
    }

    var now: ContinuousClock.Instant { start + .seconds(seconds) }

    /// Seconds until ``PoolStateMachine/nextDeadline``.
    var deadline: Int? { pool.nextDeadline.map { Int((now.duration(to: $0)).components.seconds) } }

    mutating func wait(_ seconds: Int) { self.seconds += seconds }
    mutating func acquire(_ waiter: String, fresh: Bool = false) -> [String] {
        pool.acquire(waiter, fresh: fresh, at: now).map(Self.line)
    }
    mutating func opened(_ number: Int) -> [String] { pool.opened(.init(number: number), at: now).map(Self.line) }
    mutating func failed(_ number: Int, _ kind: Pool.OpeningFailure) -> [String] {
        pool.openingFailed(.init(number: number), kind, "\(kind)", at: now).map(Self.line)
    }
    mutating func released(_ number: Int) -> [String] { pool.released(.init(number: number), at: now).map(Self.line) }
    mutating func probed(_ number: Int, _ isAlive: Bool) -> [String] {
        pool.probed(.init(number: number), isAlive: isAlive, at: now).map(Self.line)
    }
    mutating func lost(_ number: Int) -> [String] { pool.lost(.init(number: number), at: now).map(Self.line) }
    mutating func drain() -> [String] { pool.drain(at: now).map(Self.line) }
    mutating func advance(_ seconds: Int = 0) -> [String] {
        wait(seconds)
        return pool.advance(to: now).map(Self.line)
    }

    static func line(_ action: Pool.Action) -> String {
        switch action {
        case .open(let id): "open \(id)"
        case .probe(let id): "probe \(id)"
        case .lend(let id, let waiter, let isReused, let waited):
            "lend \(id) to \(waiter)\(isReused ? ", reused" : "")\(waited > .zero ? ", \(waited.components.seconds) s" : "")"
        case .deny(let waiter, let denial, _): "deny \(waiter): \(denial)"
        case .close(let id, let retirement): "close \(id): \(retirement.rawValue)"
        }
    }
}

/// The states a session can be in.
enum SessionSituation: CaseIterable {
    case opening, idle, probing, lent, gone

    /// Session 1 in this state; `probing` has "b" waiting for it.
    func bench() -> PoolBench {
        var bench = PoolBench { $0.sessions = 1 }
        _ = bench.acquire("a")
        if self == .opening { return bench }
        _ = bench.opened(1)
        switch self {
        case .opening, .lent: break
        case .gone: _ = bench.lost(1)
        case .idle, .probing:
            _ = bench.released(1)
            bench.wait(10)
            if self == .probing { _ = bench.acquire("b") }
        }
        return bench
    }
}
