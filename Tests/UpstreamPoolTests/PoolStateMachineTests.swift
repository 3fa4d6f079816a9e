import Testing

@testable import UpstreamPool

@Suite("Pool")
struct PoolStateMachineTests {
    @Test("Every event in every state of a session", arguments: SessionSituation.allCases)
    func table(situation: SessionSituation) {
        func after(_ event: (inout PoolBench) -> [String]) -> [String] {
            var bench = situation.bench()
            return event(&bench)
        }
        let rows: [(String, (inout PoolBench) -> [String], [SessionSituation: [String]])] = [
            ("opened", { $0.opened(1) }, [.opening: ["lend 1 to a"]]),
            ("unavailable", { $0.failed(1, .unavailable) }, [.opening: ["deny a: failed(\"unavailable\")"]]),
            ("too many", { $0.failed(1, .tooManySessions) }, [.opening: ["deny a: failed(\"tooManySessions\")"]]),
            ("login refused", { $0.failed(1, .loginRefused) }, [.opening: ["deny a: failed(\"loginRefused\")"]]),
            ("released", { $0.released(1) }, [:]),
            ("alive", { $0.probed(1, true) }, [.probing: ["lend 1 to b, reused"]]),
            ("dead", { $0.probed(1, false) }, [.probing: ["close 1: probe_failed"]]),
            ("lost", { $0.lost(1) }, [.opening: ["open 2"], .probing: ["open 2"]]),
            (
                "drain", { $0.drain() },
                [
                    .opening: ["deny a: drained"], .postponed: ["deny a: drained"], .idle: ["close 1: drained"],
                    .probing: ["deny b: drained"],
                ]
            ),
            ("broken", { $0.broken(1) }, [:]),
            ("advance", { $0.advance() }, [:]),
            ("at the end of the pause", { $0.advance(1) }, [.postponed: ["open 2"]]),
            ("no one waits any more", { $0.cancel("a") + $0.advance(1) }, [:]),
            (
                "long after", { $0.advance(100) },
                [
                    .opening: ["deny a: waitedTooLong"], .postponed: ["deny a: failed(\"unavailable\")"],
                    .idle: ["close 1: idle"], .probing: ["deny b: waitedTooLong"],
                ]
            ),
            ("another", { $0.acquire("c") }, [.idle: ["probe 1"], .gone: ["open 2"]]),
            (
                "another, fresh", { $0.acquire("c", fresh: true) },
                [.idle: ["close 1: idle"], .gone: ["open 2"]]
            ),
        ]
        for (name, event, expected) in rows {
            #expect(after(event) == expected[situation] ?? [], "\(name)")
        }
    }

    @Test("Who came first is served first, and no more sessions than the cap are opened")
    func fairness() {
        var bench = PoolBench { $0.sessions = 2 }
        #expect(bench.acquire("a") == ["open 1"])
        #expect(bench.acquire("b") == ["open 2"])
        #expect(bench.acquire("c") == [])
        #expect(bench.acquire("d") == [])
        #expect(bench.opened(2) == ["lend 2 to a"])
        #expect(bench.opened(1) == ["lend 1 to b"])
        bench.wait(3)
        #expect(bench.released(1) == ["lend 1 to c, reused, 3 s"])
        #expect(bench.released(2) == ["lend 2 to d, reused, 3 s"])
        #expect(bench.pool.waitingCount == 0)
    }

    @Test("Age and messages retire a session")
    func retirement() {
        var bench = PoolBench {
            $0.sessions = 1
            $0.messages = 2
            $0.age = .seconds(60)
        }
        _ = bench.acquire("a")
        _ = bench.opened(1)
        #expect(bench.released(1) == [])
        #expect(bench.acquire("b") == ["lend 1 to b, reused"])
        #expect(bench.acquire("c") == [])
        #expect(bench.released(1) == ["close 1: messages"])
        #expect(bench.lost(1) == ["open 2"])
        #expect(bench.opened(2) == ["lend 2 to c"])
        bench.wait(60)
        #expect(bench.released(2) == ["close 2: age"])
        _ = bench.acquire("d")
        _ = bench.lost(2)
        _ = bench.opened(3)
        bench.wait(59)
        #expect(bench.released(3) == [])
        bench.wait(1)
        #expect(bench.acquire("e") == ["close 3: age"])
        #expect(bench.lost(3) == ["open 4"])
    }

    @Test("A session that lay idle is probed once, even where every session is")
    func probe() {
        var bench = PoolBench { $0.probeAfter = .zero }
        _ = bench.acquire("a")
        #expect(bench.opened(1) == ["probe 1"])
        #expect(bench.probed(1, true) == ["lend 1 to a"])
        #expect(bench.released(1) == [])
        #expect(bench.acquire("b") == ["probe 1"])
        #expect(bench.probed(1, true) == ["lend 1 to b, reused"])
    }

    @Test("A server's \"too many\" lowers the cap for a while")
    func learnedCap() {
        var bench = PoolBench {
            $0.sessions = 3
            $0.wait = .seconds(600)
        }
        _ = bench.acquire("a")
        _ = bench.opened(1)
        #expect(bench.acquire("b") == ["open 2"])
        #expect(bench.failed(2, .tooManySessions) == [])
        #expect(bench.pool.cap(at: bench.now) == 1)
        #expect(bench.advance(59) == [])
        #expect(bench.deadline == 1)
        #expect(bench.advance(1) == ["open 3"])
        #expect(bench.pool.cap(at: bench.now) == 3)
    }

    @Test("a refused login denies everyone for a growing time, then a single attempt tells")
    func circuit() {
        var bench = PoolBench { $0.sessions = 2 }
        var number = 1
        #expect(bench.acquire("a") == ["open 1"])
        for pause in [10, 20, 40, 80, 160, 300, 300] {
            #expect(bench.failed(number, .loginRefused).first == "deny a: failed(\"loginRefused\")")
            bench.wait(pause - 1)
            #expect(bench.acquire("c") == ["deny c: failed(\"loginRefused\")"])
            bench.wait(1)
            number = bench.pool.lastNumber + 1
            #expect(bench.acquire("a") == ["open \(number)"])
            #expect(bench.acquire("b") == [], "one attempt at a time")
        }
        #expect(bench.opened(number) == ["lend \(number) to a", "open \(number + 1)"])
    }

    @Test("a pool without sessions makes one attempt per pause, and those who wait share it")
    func pauses() {
        var bench = PoolBench {
            $0.sessions = 2
            $0.wait = .seconds(60)
        }
        #expect(bench.acquire("a") == ["open 1"])
        #expect(bench.failed(1, .unavailable) == ["deny a: failed(\"unavailable\")"])
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            #expect(bench.acquire("a") == [])
            #expect(bench.acquire("b") == [])
            #expect(bench.deadline == pause)
            #expect(bench.advance(pause - 1) == [])
            let number = bench.pool.lastNumber
            #expect(bench.advance(1) == ["open \(number)"])
            #expect(bench.acquire("c") == [], "one attempt at a time")
            #expect(
                bench.failed(number, .unavailable).sorted()
                    == ["a", "b", "c"].map { "deny \($0): failed(\"unavailable\")" }
            )
        }
    }

    @Test("a waiter whose limit ends before the next attempt hears the last failure at once")
    func tooLate() {
        var bench = PoolBench { $0.wait = .seconds(3) }
        _ = bench.acquire("a")
        _ = bench.failed(1, .unavailable)
        for pause in [1, 2] {
            _ = bench.acquire("a")
            _ = bench.advance(pause)
            _ = bench.failed(bench.pool.lastNumber, .unavailable)
        }
        #expect(bench.acquire("b") == ["deny b: failed(\"unavailable\")"])
        #expect(bench.pool.isEmpty)
        bench.wait(2)
        #expect(bench.acquire("c") == [])
        #expect(bench.advance(2) == ["open \(bench.pool.lastNumber)"])
    }

    @Test("a session that was told to close counts until it's closed, and its end serves those who wait")
    func closing() {
        var bench = PoolBench {
            $0.sessions = 1
            $0.messages = 1
        }
        _ = bench.acquire("a")
        _ = bench.opened(1)
        #expect(bench.acquire("b") == [])
        #expect(bench.released(1) == ["close 1: messages"])
        #expect(bench.pool.count == 1)
        #expect(bench.pool.closingCount == 1)
        #expect(bench.acquire("c") == [])
        #expect(bench.lost(1) == ["open 2"])
        #expect(bench.pool.closingCount == 0)
        #expect(bench.opened(2) == ["lend 2 to b"])
    }

    @Test("a session that broke while it was idle is lent no more, and counts until it's closed")
    func broken() {
        var bench = SessionSituation.idle.bench()
        #expect(bench.broken(1) == [])
        #expect(bench.pool.closingCount == 1)
        #expect(bench.acquire("b") == [])
        #expect(bench.lost(1) == ["open 2"])
    }

    @Test("a drained pool has sessions until the last one is closed")
    func drainedClosing() {
        var bench = SessionSituation.idle.bench()
        #expect(bench.drain() == ["close 1: drained"])
        #expect(!bench.pool.isEmpty)
        #expect(bench.lost(1) == [])
        #expect(bench.pool.isEmpty)
    }

    @Test("Waits have a bound and a time limit, and can be cancelled")
    func waits() {
        var bench = PoolBench {
            $0.sessions = 1
            $0.waiters = 2
        }
        _ = bench.acquire("a")
        _ = bench.opened(1)
        _ = bench.acquire("b")
        bench.wait(5)
        _ = bench.acquire("c")
        #expect(bench.acquire("d") == ["deny d: tooManyWaiters"])
        #expect(bench.deadline == 25)
        #expect(bench.advance(25) == ["deny b: waitedTooLong"])
        #expect(bench.deadline == 5)
        #expect(bench.cancel("c") == [])
        #expect(bench.deadline == nil)
        #expect(bench.released(1) == [])
        #expect(bench.deadline == 30)
        #expect(bench.advance(30) == ["close 1: idle"])
        #expect(bench.lost(1) == [])
        #expect(bench.pool.count == 0)
    }

    @Test("A pause that is over doesn't keep the clock awake")
    func pauseIsOver() {
        var bench = PoolBench { $0.sessions = 2 }
        _ = bench.acquire("a")
        _ = bench.opened(1)
        _ = bench.acquire("b")
        #expect(bench.failed(2, .unavailable) == [])
        #expect(bench.deadline == 1)
        #expect(bench.advance(1) == ["open 3"])
        #expect(bench.deadline == 29)
    }

    @Test("Who wants a fresh session gets one, and takes none away while none can be opened")
    func fresh() {
        var bench = PoolBench { $0.sessions = 2 }
        _ = bench.acquire("a")
        _ = bench.opened(1)
        _ = bench.acquire("b")
        _ = bench.opened(2)
        _ = bench.released(1)
        #expect(bench.acquire("f", fresh: true) == ["close 1: idle"])
        #expect(bench.lost(1) == ["open 3"])
        #expect(bench.released(2) == [])
        #expect(bench.acquire("g") == ["lend 2 to g, reused"])
        #expect(bench.opened(3) == ["lend 3 to f"])
        #expect(bench.released(2) == [])
        #expect(bench.lost(3) == [])
        #expect(bench.acquire("h", fresh: true) == ["open 4"])
        #expect(bench.failed(4, .loginRefused) == [])
        #expect(bench.advance(1) == [], "session 2 stays: nothing could take its place")
        #expect(bench.acquire("i") == ["lend 2 to i, reused"])
    }

    @Test("A failure reported for a session that isn't being opened changes nothing")
    func strayFailure() {
        var bench = SessionSituation.lent.bench()
        #expect(bench.failed(1, .unavailable) == [])
        #expect(bench.pool.count == 1)
    }

    @Test("Drained: what is lent is closed when it comes back, what opens is closed at once, nobody gets more")
    func drain() {
        var bench = PoolBench { $0.sessions = 3 }
        _ = bench.acquire("a")
        _ = bench.opened(1)
        _ = bench.acquire("b")
        #expect(bench.drain() == ["deny b: drained"])
        #expect(bench.opened(2) == ["close 2: drained"])
        #expect(bench.released(1) == ["close 1: drained"])
        #expect(bench.lost(1) + bench.lost(2) == [])
        #expect(bench.acquire("c") == ["deny c: drained"])
        #expect(bench.pool.count == 0)
        #expect(bench.deadline == nil)
    }
}
