import TestSupport
import Testing

@testable import DestinationController

@Suite("Relay ports")
struct PortPoolTests {
    private var pool = PortPool(20_000...20_003)

    @Test("They are given out one behind the other, those in use passed over, and all of them before one comes again")
    mutating func order() {
        pool.occupy(20_001)
        #expect([pool.take(), pool.take(), pool.take(), pool.take()] == [20_000, 20_002, 20_003, nil])
        pool.vacate(20_002)
        pool.vacate(20_000)
        #expect(pool.take() == 20_000)
        pool.vacate(20_000)
        // Not the one that has just become free.
        #expect(pool.take() == 20_002)
        #expect(pool.take() == 20_000)
        #expect(pool.take() == nil)
    }

    @Test("A port that two use is free when both have gone")
    mutating func uses() {
        pool.occupy(20_000)
        pool.occupy(20_000)
        pool.vacate(20_000)
        #expect(pool.useCount(20_000) == 1)
        pool.vacate(20_000)
        pool.vacate(20_000)
        #expect(pool.useCount(20_000) == 0)
        #expect(pool.freeCount == 4)
    }

    @Test("Ports outside the range are neither counted nor given out")
    mutating func outside() {
        pool.occupy(465)
        pool.vacate(70_000)
        #expect(pool.freeCount == 4)
        #expect(pool.useCount(465) == 0)
    }

    @Test("After a start it begins anywhere")
    func start() {
        let first = Set(
            (0..<50 as Range<UInt64>).compactMap { seed -> Int? in
                var generator = SeededGenerator(seed: seed)
                var pool = PortPool(20_000...20_003)
                pool.startAnywhere(using: &generator)
                return pool.take()
            }
        )
        #expect(first == [20_000, 20_001, 20_002, 20_003])
    }

    @Test("What is kept is passed over, and given out when it isn't kept any more")
    mutating func kept() {
        #expect(pool.take { $0 != 20_002 } == 20_002)
        #expect(pool.take { _ in true } == nil)
        #expect(pool.freeCount == 3)
        #expect(pool.take() == 20_003)
    }

    @Test("What it says agrees with a plain count", arguments: 0..<50 as Range<UInt64>)
    mutating func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var uses: [Int: Int] = [:]
        for _ in 0..<300 {
            let port = Int.random(in: 20_000...20_003, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0:
                if let taken = pool.take() {
                    #expect(uses[taken, default: 0] == 0)
                    uses[taken] = 1
                } else {
                    #expect(uses.values.count { $0 > 0 } == 4)
                }
            case 1:
                pool.occupy(port)
                uses[port, default: 0] += 1
            default:
                pool.vacate(port)
                uses[port] = max(0, uses[port, default: 0] - 1)
            }
            #expect(pool.freeCount == 4 - uses.values.count { $0 > 0 })
        }
    }
}
