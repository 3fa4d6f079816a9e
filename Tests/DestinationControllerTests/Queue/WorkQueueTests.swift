import Kubernetes
import TestSupport
import Testing

@testable import DestinationController

@Suite("Work queue")
struct WorkQueueTests {
    private var queue = WorkQueue<String>(backoff: Backoff(base: .seconds(1), limit: .seconds(30), jitter: 0))
    private let start = ContinuousClock.now
    private var generator = SeededGenerator(seed: 1)

    private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("First come, first served, and each but once")
    mutating func order() {
        for key in ["a", "b", "a", "c", "b"] { queue.add(key, now: start) }
        #expect(queue.count == 3)
        #expect(queue.oldest == start)
        #expect(queue.next(now: start) == "a")
        #expect(queue.next(now: start) == "b")
        #expect(queue.next(now: start) == "c")
        #expect(queue.next(now: start) == nil)
        #expect(queue.runningCount == 3)
        #expect(queue.oldest == nil)
    }

    @Test("What comes in for a key that is being worked on waits until that is done")
    mutating func oneWorkerAKey() {
        queue.add("a", now: start)
        #expect(queue.next(now: start) == "a")
        queue.add("a", now: after(1))
        queue.add("a", now: after(2))
        #expect(queue.next(now: after(2)) == nil)
        queue.finished("a", .done(again: nil), now: after(3), using: &generator)
        #expect(queue.oldest == after(1))
        #expect(queue.next(now: after(3)) == "a")
        queue.finished("a", .done(again: nil), now: after(3), using: &generator)
        #expect(queue.next(now: after(3)) == nil)
    }

    @Test("One that fails waits longer each time, and the others don't wait for it")
    mutating func backoff() {
        queue.add("bad", now: start)
        var time = 0
        for wait in [1, 2, 4, 8, 16, 30, 30] {
            #expect(queue.next(now: after(time)) == "bad")
            queue.finished("bad", .retry(before: nil, isHeld: false), now: after(time), using: &generator)
            #expect(queue.nextDue() == after(time + wait))
            queue.add("good", now: after(time))
            #expect(queue.next(now: after(time)) == "good")
            queue.finished("good", .done(again: nil), now: after(time), using: &generator)
            #expect(queue.next(now: after(time + wait) - .milliseconds(1)) == nil)
            time += wait
        }
        // A success begins anew.
        #expect(queue.next(now: after(time)) == "bad")
        queue.finished("bad", .done(again: nil), now: after(time), using: &generator)
        #expect(queue.nextDue() == nil)
        queue.add("bad", now: after(time))
        #expect(queue.next(now: after(time)) == "bad")
        queue.finished("bad", .retry(before: nil, isHeld: false), now: after(time), using: &generator)
        #expect(queue.nextDue() == after(time + 1))
    }

    @Test("News makes a key that waits for a retry come at once, and only once")
    mutating func news() {
        queue.add("a", now: start)
        _ = queue.next(now: start)
        queue.finished("a", .retry(before: nil, isHeld: false), now: start, using: &generator)
        queue.add("a", now: start)
        #expect(queue.next(now: start) == "a")
        queue.finished("a", .done(again: nil), now: start, using: &generator)
        #expect(queue.nextDue() == nil)
        #expect(queue.next(now: after(100)) == nil)
    }

    @Test("News don't bring a key forward that is held, and aren't forgotten")
    mutating func held() {
        queue.add("a", now: start)
        _ = queue.next(now: start)
        queue.add("a", now: start)
        queue.finished("a", .retry(before: nil, isHeld: true), now: start, using: &generator)
        queue.add("a", now: start)
        #expect(queue.next(now: start) == nil)
        #expect(queue.next(now: after(1)) == "a")
        queue.add("a", now: after(1))
        queue.finished("a", .done(again: nil), now: after(1), using: &generator)
        #expect(queue.next(now: after(1)) == "a")
    }

    @Test("A key comes again when it asked to, and before a later retry")
    mutating func again() {
        for key in ["a", "b"] { queue.add(key, now: start) }
        _ = queue.next(now: start)
        _ = queue.next(now: start)
        queue.finished("a", .done(again: after(600)), now: start, using: &generator)
        queue.finished("b", .retry(before: start, isHeld: false), now: start, using: &generator)
        #expect(queue.nextDue() == start)
        #expect(queue.next(now: start) == "b")
        #expect(queue.next(now: after(599)) == nil)
        #expect(queue.next(now: after(600)) == "a")
    }

    @Test("Groups take turns, and none has all workers")
    mutating func groups() {
        queue = WorkQueue(mostPerGroup: 2) { String($0.prefix(1)) }
        for key in ["a1", "a2", "a3", "a4", "b1", "c1", "c2"] { queue.add(key, now: start) }
        #expect((0..<6).compactMap { _ in queue.next(now: start) } == ["a1", "b1", "c1", "a2", "c2"])
        #expect(queue.next(now: start) == nil)
        #expect(queue.count == 2)
        #expect(queue.oldest == start)
        queue.finished("b1", .done(again: nil), now: start, using: &generator)
        #expect(queue.next(now: start) == nil)
        queue.finished("a2", .done(again: nil), now: start, using: &generator)
        #expect(queue.next(now: start) == "a3")
        queue.add("a1", now: after(1))
        queue.finished("a1", .done(again: nil), now: after(2), using: &generator)
        #expect(queue.next(now: after(2)) == "a4")
        #expect(queue.oldest == after(1))
        queue.finished("a3", .done(again: nil), now: after(2), using: &generator)
        #expect(queue.next(now: after(2)) == "a1")
        #expect(queue.oldest == nil)
    }

    @Test("Nothing that was added is forgotten, and no key has two workers", arguments: 0..<50 as Range<UInt64>)
    mutating func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        queue = WorkQueue(mostPerGroup: 2) { $0 < "5" ? "low" : "high" }
        var owed: Set<String> = []
        var running: Set<String> = []
        var time = 0
        for _ in 0..<500 {
            time += Int.random(in: 0...3, using: &generator)
            let key = String(Int.random(in: 0..<10, using: &generator))
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                queue.add(key, now: after(time))
                owed.insert(key)
            case 1, 2:
                guard let taken = queue.next(now: after(time)) else {
                    let full = [true, false].filter { isLow in running.count { ($0 < "5") == isLow } == 2 }
                    #expect(owed.subtracting(running).allSatisfy { full.contains($0 < "5") })
                    continue
                }
                #expect(running.insert(taken).inserted)
                owed.remove(taken)
            default:
                guard let done = running.sorted().first else { continue }
                running.remove(done)
                let fails = Bool.random(using: &generator)
                queue.finished(
                    done,
                    fails ? .retry(before: nil, isHeld: false) : .done(again: nil),
                    now: after(time),
                    using: &generator
                )
            }
            #expect(queue.runningCount == running.count)
            #expect(running.count { $0 < "5" } <= 2)
        }
    }
}
