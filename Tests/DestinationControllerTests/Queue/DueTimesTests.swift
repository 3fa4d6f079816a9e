import TestSupport
import Testing

@testable import DestinationController

@Suite("Due times")
struct DueTimesTests {
    @Test("Keys come when they are due, whatever was set before", arguments: 0..<50 as Range<UInt64>)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var times = DueTimes<Int>()
        var model: [Int: ContinuousClock.Instant] = [:]
        var now = ContinuousClock.now
        for _ in 0..<500 {
            let key = Int.random(in: 0..<20, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                let due = now + .seconds(Int.random(in: 0..<50, using: &generator))
                times.set(key, due)
                model[key] = due
            case 2:
                times.remove(key)
                model[key] = nil
            default:
                now += .seconds(Int.random(in: 0..<5, using: &generator))
                while let key = times.popDue(now) {
                    let due = model.removeValue(forKey: key)
                    #expect(due.map { $0 <= now } ?? false)
                }
                #expect(model.values.allSatisfy { $0 > now })
            }
            #expect(times.first == model.values.min())
        }
    }
}
