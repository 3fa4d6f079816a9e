import HTTPTransport
import ObjectModel
import TestSupport
import Testing

@testable import Kubernetes

@Suite("WatchMachine")
struct WatchMachineTests {
    /// A machine with what it needs.
    private struct Bench {
        var machine = WatchMachine(pageSize: 10, backoff: Backoff(base: .seconds(1), limit: .seconds(8), jitter: 0))
        var generator = SeededGenerator(seed: 1)

        mutating func next() -> WatchMachine.Action { machine.next(using: &generator) }

        /// What comes next in a word or two.
        mutating func step() -> String {
            switch next() {
            case .wait(let duration): "wait \(duration.components.seconds)"
            case .list(let page): "list \(page.limit ?? 0) \(page.continueToken ?? "-")"
            case .watch(let request): "watch \(request.resourceVersion)"
            }
        }

        mutating func pageFailed(_ code: KubernetesError.Code) -> WatchEvent? {
            machine.pageFailed(KubernetesError(code, ""), using: &generator)
        }

        mutating func ended(_ error: KubernetesError?, lasted: Duration = .zero) -> WatchEvent? {
            machine.watchEnded(error, lasted: lasted, using: &generator)
        }

        mutating func ended(_ code: KubernetesError.Code) -> WatchEvent? { ended(KubernetesError(code, "")) }

        /// Brings the machine to where it watches from version 1.
        mutating func sync() {
            _ = next()
            _ = machine.pageArrived()
            _ = machine.pageTold(resourceVersion: "1", continueToken: nil, size: 1)
            _ = next()
            _ = machine.watchOpened()
        }
    }

    private func interrupted(_ code: KubernetesError.Code) -> WatchEvent { .interrupted(KubernetesError(code, "")) }

    @Test("Pages, then a watch from the version that the list shows")
    func list() {
        var bench = Bench()
        #expect(bench.step() == "list 10 -")
        #expect(bench.machine.pageArrived() == .restarted)
        #expect(bench.machine.pageTold(resourceVersion: "1", continueToken: "a", size: 1) == nil)
        #expect(bench.step() == "list 10 a")
        #expect(bench.machine.pageArrived() == nil)
        #expect(bench.machine.pageTold(resourceVersion: "1", continueToken: nil, size: 1) == .synced)
        #expect(bench.step() == "watch 1")
        #expect(bench.machine.watchOpened() == nil)
    }

    @Test("A continuation that has expired starts the list anew, and the consumer is told")
    func expiredContinuation() {
        var bench = Bench()
        _ = bench.next()
        _ = bench.machine.pageArrived()
        _ = bench.machine.pageTold(resourceVersion: "1", continueToken: "a", size: 1)
        #expect(bench.pageFailed(.expired) == nil)
        #expect(bench.step() == "list 10 -")
        #expect(bench.machine.pageArrived() == .restarted)
    }

    @Test("A list that fails is tried again, slower and slower, and from its start")
    func failingList() {
        var bench = Bench()
        _ = bench.next()
        _ = bench.machine.pageArrived()
        _ = bench.machine.pageTold(resourceVersion: "1", continueToken: "a", size: 1)
        for seconds in [1, 2, 4, 8, 8] {
            #expect(bench.pageFailed(.unreachable) == interrupted(.unreachable))
            #expect(bench.step() == "wait \(seconds)")
            #expect(bench.step() == "list 10 -")
        }
        #expect(bench.machine.pageArrived() == .restarted)
        // `synced` says that all is well again.
        #expect(bench.machine.pageTold(resourceVersion: "1", continueToken: nil, size: 1) == .synced)
        #expect(bench.step() == "watch 1")
        #expect(bench.machine.watchOpened() == nil)
    }

    @Test("Events and bookmarks move the version on; the regular end is followed by the next watch at once")
    func progress() throws {
        var bench = Bench()
        bench.sync()
        let a = try item("a", 2)
        #expect(bench.machine.received(.present(a, resourceVersion: "2")) == .tell(.present(a)))
        #expect(bench.ended(nil) == nil)
        #expect(bench.step() == "watch 2")
        #expect(bench.machine.received(.deleted(a, resourceVersion: "3")) == .tell(.deleted(a)))
        #expect(bench.machine.received(.bookmark(resourceVersion: "7")) == .skip)
        #expect(bench.ended(nil) == nil)
        #expect(bench.step() == "watch 7")
        // Nothing happened for long: as good.
        #expect(bench.ended(nil, lasted: .seconds(300)) == nil)
        #expect(bench.step() == "watch 7")
    }

    @Test("A connection that breaks goes on from the last version, and the consumer hears when")
    func interruption() throws {
        var bench = Bench()
        bench.sync()
        _ = bench.machine.received(.bookmark(resourceVersion: "5"))
        #expect(bench.ended(.unreachable) == interrupted(.unreachable))
        #expect(bench.step() == "wait 1")
        #expect(bench.step() == "watch 5")
        #expect(bench.ended(.unreachable) == interrupted(.unreachable))
        #expect(bench.step() == "wait 2")
        #expect(bench.step() == "watch 5")
        #expect(bench.machine.watchOpened() == .resumed)
        #expect(bench.machine.watchOpened() == nil)
    }

    @Test("Success makes the waits short again")
    func backoffReset() {
        var bench = Bench()
        bench.sync()
        for _ in 0..<2 {
            _ = bench.ended(.unreachable)
            _ = bench.next()
            _ = bench.next()
        }
        _ = bench.machine.received(.bookmark(resourceVersion: "5"))
        _ = bench.ended(.unreachable)
        #expect(bench.step() == "wait 1")
    }

    @Test("For a day the server isn't there: nothing is forgotten, and what went meanwhile goes with the next list")
    func dayWithoutServer() throws {
        var bench = Bench()
        var cache = ObjectCache { $0.metadata.name }
        var removed: [String] = []
        func tell(_ event: WatchEvent?) {
            for case .removed(let key, _) in event.map({ cache.receive($0) }) ?? [] { removed.append(key.name) }
        }
        let (a, b) = (try item("a", 1), try item("b", 1))
        _ = bench.next()
        tell(bench.machine.pageArrived())
        tell(.present(a))
        tell(.present(b))
        tell(bench.machine.pageTold(resourceVersion: "1", continueToken: nil, size: 2))
        _ = bench.next()
        tell(bench.machine.watchOpened())

        tell(bench.ended(.unreachable))
        let faults: [KubernetesError.Code] = [.unreachable, .timeout, .unavailable, .unauthorized, .serverError]
        var passed = Duration.zero
        var tries = 0
        while passed < .seconds(24 * 3600) {
            switch bench.next() {
            case .wait(let pause):
                try #require(pause <= .seconds(8))
                passed += pause
            case .list:
                tries += 1
                tell(bench.pageFailed(faults[tries % faults.count]))
            case .watch:
                tries += 1
                tell(bench.ended(faults[tries % faults.count]))
            }
            try #require(removed.isEmpty && cache.count == 2 && cache.isSynced && !cache.isConnected)
        }
        #expect(tries > 24 * 3600 / 8 - 10 && tries < 24 * 3600 / 8 + 10)

        // A list that is cut short takes nothing away; the next one, which is whole, does.
        while case .wait = bench.next() {}
        tell(bench.machine.pageArrived())
        #expect(bench.machine.pageTold(resourceVersion: "9", continueToken: "x", size: 0) == nil)
        _ = bench.next()
        tell(bench.pageFailed(.expired))
        #expect(removed.isEmpty && cache.count == 2)
        #expect(bench.step() == "list 10 -")
        tell(bench.machine.pageArrived())
        tell(.present(try item("b", 5)))
        tell(bench.machine.pageTold(resourceVersion: "9", continueToken: nil, size: 1))
        #expect(removed == ["a"])
        #expect(cache.isConnected && bench.step() == "watch 9")
    }

    @Test("A version that has expired makes a new list, at once for the first time only")
    func expired() {
        var bench = Bench()
        bench.sync()
        #expect(bench.ended(.expired) == nil)
        #expect(bench.step() == "list 10 -")
        #expect(bench.machine.pageArrived() == .restarted)
        #expect(bench.machine.pageTold(resourceVersion: "9", continueToken: nil, size: 1) == .synced)
        #expect(bench.step() == "watch 9")
        // A list that is outdated by the time of its watch, again and again, must not be asked for without a pause.
        for wait in ["wait 1", "wait 2", "wait 4"] {
            #expect(bench.ended(.expired) == interrupted(.expired))
            #expect(bench.step() == wait)
            #expect(bench.step() == "list 10 -")
            _ = bench.machine.pageArrived()
            #expect(bench.machine.pageTold(resourceVersion: "9", continueToken: nil, size: 1) == .synced)
            #expect(bench.step() == "watch 9")
        }
        _ = bench.machine.received(.bookmark(resourceVersion: "10"))
        #expect(bench.ended(.expired) == nil)
        #expect(bench.step() == "list 10 -")
    }

    @Test("A watch that brings nothing but where it began is followed by a pause")
    func standstill() {
        var bench = Bench()
        bench.sync()
        _ = bench.machine.received(.bookmark(resourceVersion: "1"))
        #expect(bench.ended(nil) == nil)
        #expect(bench.step() == "wait 1")
        #expect(bench.step() == "watch 1")
    }

    @Test("An ERROR event ends the stream")
    func errorEvent() {
        var bench = Bench()
        bench.sync()
        let error = KubernetesError(.serverError, "")
        #expect(bench.machine.received(.failed(error)) == .end(error))
    }

    @Test(
        "Refusals that a list might not meet make a new one; others don't",
        arguments: [
            (.badRequest, true), (.invalid, true), (.unknownType, true), (.refused, true), (.forbidden, false),
            (.unauthorized, false), (.tooManyRequests, false), (.unavailable, false), (.timeout, false),
            (.malformedAnswer, false), (.answerTooLarge, false),
        ] as [(KubernetesError.Code, Bool)]
    )
    func refusals(code: KubernetesError.Code, lists: Bool) {
        var bench = Bench()
        bench.sync()
        #expect(bench.ended(code) == interrupted(code))
        #expect(bench.step() == "wait 1")
        #expect(bench.step() == (lists ? "list 10 -" : "watch 1"))
    }

    @Test("A server that has gone back in time is listed anew")
    func restoredBackup() throws {
        var bench = Bench()
        bench.sync()
        let status = try object(
            #"{"reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge"}]},"message":"m"}"#
        )
        _ = bench.ended(KubernetesError(statusObject: status, status: 504))
        _ = bench.next()
        #expect(bench.step() == "list 10 -")
    }

    @Test("After three tries that brought nothing the list is read anew")
    func fruitless() {
        for code in [KubernetesError.Code.malformedAnswer, .unreachable, nil] {
            var bench = Bench()
            bench.sync()
            var steps: [String] = []
            for _ in 0..<3 {
                _ = bench.ended(code.map { KubernetesError($0, "") })
                steps += [bench.step(), bench.step()]
            }
            #expect(steps == ["wait 1", "watch 1", "wait 2", "watch 1", "wait 4", "list 10 -"])
        }
    }

    @Test("The server says how long to wait")
    func retryAfter() {
        var bench = Bench()
        bench.sync()
        _ = bench.ended(KubernetesError(.tooManyRequests, "", retryAfter: .seconds(30)))
        #expect(bench.step() == "wait 30")
    }

    @Test("Each watch has an end of its own; silence means something once bookmarks are known")
    func watchRequests() {
        var bench = Bench()
        bench.sync()
        var seconds: Set<Int> = []
        for _ in 0..<20 {
            _ = bench.ended(nil, lasted: .seconds(300))
            guard case .watch(let request) = bench.next() else {
                Issue.record("no watch")
                return
            }
            #expect(request.timeouts.stall == nil)
            #expect(request.timeouts.overall == .seconds(request.seconds + 30))
            seconds.insert(request.seconds)
        }
        #expect(seconds.count > 10)
        #expect(seconds.allSatisfy { (240...480).contains($0) })
        _ = bench.machine.received(.bookmark(resourceVersion: "5"))
        _ = bench.ended(nil)
        guard case .watch(let request) = bench.next() else {
            Issue.record("no watch")
            return
        }
        #expect(request.timeouts.stall == .seconds(180))
    }
}
