import Kubernetes
import TestSupport
import Testing

@Suite("Backoff")
struct BackoffTests {
    @Test("It doubles up to its limit, and starts anew after a success")
    func doubling() {
        var backoff = Backoff(base: .seconds(1), limit: .seconds(10), jitter: 0)
        var generator = SeededGenerator(seed: 1)
        #expect((0..<6).map { _ in backoff.next(using: &generator) } == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        backoff.reset()
        #expect(backoff.next(using: &generator) == .seconds(1))
    }

    @Test("Jitter keeps within its bounds and never beyond the limit", arguments: 0..<50 as Range<UInt64>)
    func jitter(seed: UInt64) {
        var backoff = Backoff(base: .seconds(1), limit: .seconds(10), jitter: 0.5)
        var generator = SeededGenerator(seed: seed)
        for middle in [1, 2, 4, 8, 10, 10] {
            let wait = backoff.next(using: &generator)
            #expect(wait >= .seconds(middle) / 2)
            #expect(wait <= min(.seconds(middle) * 1.5, .seconds(10)))
        }
    }

    @Test("No number of failures overflows")
    func manyFailures() {
        var backoff = Backoff(base: .milliseconds(1), limit: .seconds(100_000_000_000), jitter: 1)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 { #expect(backoff.next(using: &generator) <= backoff.limit) }
    }
}
