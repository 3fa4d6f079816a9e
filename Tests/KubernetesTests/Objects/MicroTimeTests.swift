import Foundation
import Kubernetes
import TestSupport
import Testing

@Suite("MicroTime")
struct MicroTimeTests {
    @Test(
        "Moments",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-5, "1970-01-01T00:00:00.000000Z"),
            (951_827_696_000_001, "2000-02-29T12:34:56.000001Z"),
            (1_767_225_599_999_999, "2025-12-31T23:59:59.999999Z"),
            (Int.max, "9999-12-31T23:59:59.999999Z"),
        ]
    )
    func moments(microseconds: Int, text: String) {
        #expect(MicroTime(microseconds: microseconds).description == text)
        #expect(MicroTime(microseconds: microseconds).seconds == text.prefix(19) + "Z")
    }

    @Test("Any day is the day that Foundation says")
    func calendar() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let second = Int.random(in: 0..<253_402_300_800, using: &generator)
            let date = Date(timeIntervalSince1970: TimeInterval(second))
            #expect(MicroTime(microseconds: second * 1_000_000).seconds == date.ISO8601Format())
        }
    }
}
