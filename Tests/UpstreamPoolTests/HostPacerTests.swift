import Testing

@testable import UpstreamPool

@Suite("Host pacer")
struct HostPacerTests {
    typealias Pacer = HostPacer<String, String>

    /// A pacer with its owner: attempts are named by account and number, time is a number of seconds.
    struct Bench {
        var pacer = Pacer(pauses: .wholeSeconds)
        var seconds = 0.0
        let start = ContinuousClock.now
        var starts: [Int: ContinuousClock.Instant] = [:]
        /// What was woken by the last call.
        var woken: [Int] = []

        var now: ContinuousClock.Instant { start + .seconds(seconds) }

        /// - Returns: nil when granted, else the seconds until the next poll.
        mutating func request(_ id: Int, _ account: String) -> Double? {
            let (answer, woken) = pacer.request(id, for: account, at: now)
            self.woken = woken
            switch answer {
            case .granted:
                starts[id] = now
                return nil
            case .postponed(let postponement):
                return (postponement.pollAt - now) / .seconds(1)
            }
        }

        mutating func ended(_ id: Int, _ account: String, _ outcome: Pacer.Outcome) {
            woken = pacer.ended(
                id,
                of: account,
                startedAt: starts.removeValue(forKey: id) ?? now,
                outcome,
                jitter: 0,
                at: now
            )
        }

        mutating func withdraw(_ id: Int, _ account: String) {
            woken = pacer.withdraw(id, for: account, at: now)
        }

        /// - Returns: whether nothing is left to remember so many seconds later.
        mutating func forget(after seconds: Int) -> Bool { pacer.forget(at: now + .seconds(seconds)) }

        mutating func fail(_ id: Int, _ account: String, _ scope: Pacer.Scope = .host) {
            ended(id, account, .failed(scope, "failed"))
        }
    }

    @Test("attempts start at once as long as none fails, and nothing is remembered of them")
    func healthy() {
        var bench = Bench()
        for id in 0..<100 { #expect(bench.request(id, "a\(id % 3)") == nil) }
        for id in 0..<100 { bench.ended(id, "a\(id % 3)", .established) }
        #expect(bench.pacer.isIdle)
    }

    @Test("an account's failure doesn't touch the others", arguments: [Pacer.Scope.account, .login])
    func accountsApart(scope: Pacer.Scope) {
        var bench = Bench()
        _ = bench.request(1, "a")
        bench.fail(1, "a", scope)
        #expect(bench.request(2, "a") == (scope == .login ? 10 : 1))
        for id in 3..<10 { #expect(bench.request(id, "b") == nil) }
    }

    @Test("attempts that ran side by side count as one failure")
    func sideBySide() {
        var bench = Bench()
        for id in 0..<20 { _ = bench.request(id, "a") }
        bench.seconds = 5
        for id in 0..<20 { bench.fail(id, "a") }
        #expect(bench.request(20, "a") == 1)
    }

    @Test("jitter shortens a pause by a fifth at most")
    func jitter() {
        var pacer = Pacer(pauses: .wholeSeconds)
        let now = ContinuousClock.now
        _ = pacer.request(1, for: "a", at: now)
        _ = pacer.ended(1, of: "a", startedAt: now, .failed(.account, "failed"), jitter: 1, at: now)
        #expect(pacer.pausedUntil("a") == now + .milliseconds(800))
    }

    /// Whatever order they ask in: one that fails again and again comes after those who haven't tried.
    @Test("a failing host has one attempt per pause, and its accounts take turns")
    func turns() {
        var bench = Bench()
        let accounts = ["a", "b", "c", "d"]
        _ = bench.request(0, "a")
        bench.fail(0, "a")
        var order: [String] = []
        var waiting = Dictionary(uniqueKeysWithValues: accounts.enumerated().map { ($1, $0 + 1) })
        var nextID = 100
        var attempts = 0
        while bench.seconds < 200 {
            // "a" is always the first to ask.
            for account in accounts {
                guard let id = waiting[account], bench.request(id, account) == nil else { continue }
                order.append(account)
                attempts += 1
                bench.fail(id, account)
                nextID += 1
                waiting[account] = nextID
            }
            bench.seconds += 0.5
        }
        // Pauses of 1, 2, 4, 8, 16, 30, 30 … seconds.
        #expect(attempts == 10)
        #expect(order.prefix(8) == ["b", "c", "d", "a", "b", "c", "d", "a"])
    }

    @Test("the first success frees everyone")
    func recovery() {
        var bench = Bench()
        _ = bench.request(0, "a")
        bench.fail(0, "a")
        for (id, account) in ["b", "c", "d"].enumerated() { #expect(bench.request(id + 1, account) != nil) }
        bench.seconds = 1
        #expect(bench.request(1, "b") == nil)
        #expect(bench.woken == [2], "the next one sets its timer")
        #expect(bench.request(2, "c") != nil)
        bench.ended(1, "b", .established)
        #expect(bench.woken == [2, 3])
        #expect(bench.request(3, "d") == nil)
        #expect(bench.request(2, "c") == nil)
    }

    @Test("sessions that end right after the login have one attempt per growing pause, until one gets further")
    func unconfirmed() {
        var bench = Bench()
        var pauses: [Double] = []
        for id in 0..<5 {
            let pause = bench.request(id, "a") ?? 0
            pauses.append(pause)
            bench.seconds += pause
            #expect(pause == 0 || bench.request(id, "a") == nil)
            bench.ended(id, "a", .established)
            bench.fail(id, "a", .account)
        }
        #expect(pauses == [0, 1, 2, 4, 8])
        bench.seconds += 16
        #expect(bench.request(5, "a") == nil)
        #expect(bench.request(6, "a") != nil, "one attempt at a time")
        bench.ended(5, "a", .established)
        bench.ended(5, "a", .confirmed)
        #expect(bench.woken == [6])
        for id in 6..<10 { #expect(bench.request(id, "a") == nil) }
    }

    @Test("a login that is refused shows that the host works")
    func answered() {
        var bench = Bench()
        _ = bench.request(0, "a")
        bench.fail(0, "a")
        _ = bench.request(1, "b")
        _ = bench.request(2, "c")
        bench.seconds = 1
        #expect(bench.request(1, "b") == nil)
        bench.fail(1, "b", .login)
        #expect(bench.woken == [2])
        #expect(bench.request(2, "c") == nil)
    }

    @Test("an attempt that hangs keeps the others waiting for one turn only")
    func hanging() {
        var bench = Bench()
        _ = bench.request(0, "a")
        bench.fail(0, "a")
        _ = bench.request(1, "b")
        _ = bench.request(2, "c")
        bench.seconds = 1
        #expect(bench.request(1, "b") == nil)
        #expect(bench.request(2, "c") == 10)
        bench.seconds = 11
        #expect(bench.request(2, "c") == nil)
    }

    @Test("an account that doesn't claim its turn loses it")
    func unclaimed() {
        var bench = Bench()
        _ = bench.request(0, "a")
        bench.fail(0, "a")
        _ = bench.request(1, "b")
        _ = bench.request(2, "c")
        bench.seconds = 1.5
        #expect(bench.request(2, "c") != nil, "it is b's turn")
        bench.seconds = 2
        #expect(bench.request(2, "c") == nil)
    }

    @Test("a request that is withdrawn gives its turn to the next")
    func withdrawn() {
        var bench = Bench()
        _ = bench.request(0, "a")
        bench.fail(0, "a")
        _ = bench.request(1, "b")
        _ = bench.request(2, "c")
        bench.withdraw(1, "b")
        #expect(bench.woken == [2])
        bench.seconds = 1
        #expect(bench.request(2, "c") == nil)
    }

    @Test("failures are forgotten after a while")
    func forgotten() {
        var bench = Bench()
        for id in 0..<50 {
            _ = bench.request(id, "a\(id)")
            bench.fail(id, "a\(id)", .account)
        }
        let isForgotten = [300, 301].map { bench.forget(after: $0) }
        #expect(isForgotten == [false, true])
        #expect(bench.pacer.isIdle)
    }
}
