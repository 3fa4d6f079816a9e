import NIOCore
import SMTP
import Testing

@testable import Relay

@Suite("Schedule of an envelope's moves") struct MoveScheduleTests {
    private var schedule = MoveSchedule(limit: .seconds(30))

    private mutating func turn(_ need: SessionNeed, at seconds: Double) -> MoveSchedule.Turn {
        schedule.turn(for: need, at: .uptimeNanoseconds(UInt64(seconds * 1_000_000_000)))
    }

    @Test("dead sessions are replaced at once three times, then with growing pauses")
    mutating func replacements() {
        #expect(turn(.any, at: 0) == .now)
        for _ in 0..<3 { #expect(turn(.replacement, at: 0) == .now) }
        for pause in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            #expect(turn(.replacement, at: 1) == .after(.milliseconds(pause)))
        }
    }

    @Test("new sessions that are lost without a word are few")
    mutating func lost() {
        #expect(turn(.any, at: 0) == .now)
        for (time, pause) in [(0, 1), (1, 2), (3, 4), (7, 8)] {
            #expect(turn(.another, at: Double(time)) == .after(.seconds(pause)))
        }
        #expect(turn(.another, at: 15) == .never)
    }

    @Test("a new session that ends is followed by another after a pause, within the limit from the first request on")
    mutating func retries() {
        #expect(turn(.any, at: 100) == .now)
        var time = 100.0
        var pauses = 0
        while case .after(let pause) = turn(.retry, at: time) {
            time += pause / .seconds(1)
            pauses += 1
            #expect(time < 130)
        }
        #expect(pauses == 10)
        #expect(turn(.replacement, at: 130) == .never)
        // The next transaction has its own limit and pauses.
        #expect(turn(.any, at: 200) == .now)
        #expect(turn(.retry, at: 201) == .after(.milliseconds(100)))
    }

    @Test("an envelope that moves before it has asked is treated as one that asks")
    mutating func first() {
        #expect(turn(.retry, at: 5) == .now)
        #expect(turn(.retry, at: 5) == .after(.milliseconds(100)))
    }
}
