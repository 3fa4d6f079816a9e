import TestSupport
import Testing

@testable import Telemetry

@Suite("Slots of large responses")
struct ResponseSlotsTests {
    @Test("slots are granted in the order of arrival, half of them at most to one address")
    func order() {
        var order = ResponseSlotOrder(limit: 4)
        let begun = zip(UInt64(1)..., ["a", "a", "a", "b", "c", "b", "d"]).map { order.begin($0, from: $1) }
        #expect(begun == [true, true, false, true, true, false, false])
        let granted = [4, 1, 6].map { order.end($0) }
        #expect(granted == [[6], [3], [7]])
    }

    @Test("a client that goes while it waits frees no slot")
    func gone() {
        var order = ResponseSlotOrder(limit: 1)
        let begun = zip(UInt64(1)..., ["a", "b", "c"]).map { order.begin($0, from: $1) }
        #expect(begun == [true, false, false])
        let granted = [2, 1, 3, 3].map { order.end($0) }
        #expect(granted == [[], [3], [], []])
    }

    @Test("a slot that is released serves the next in line, and a cancelled task leaves the line")
    func waiting() async throws {
        let slots = ResponseSlots(limit: 1)
        var first = slots.take(for: "a")
        #expect(first != nil && slots.take(for: "b") == nil)
        let cancelled = Task { await slots.wait(for: "b") != nil }
        try await eventually("the first waits") { slots.waitingCount == 1 }
        let second = Task { await slots.wait(for: "c") != nil }
        try await eventually("both wait") { slots.waitingCount == 2 }
        cancelled.cancel()
        #expect(await cancelled.value == false)
        first = nil
        #expect(await second.value)
        #expect(slots.take(for: "d") != nil)
    }
}
