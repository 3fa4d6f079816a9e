import Testing

@testable import Admission

@Suite("The order of reviews")
struct ReviewSchedulerTests {
    typealias Scheduler = ReviewScheduler<String>

    @Test("addresses take turns, however many reviews one of them sends")
    func turns() {
        var scheduler = Scheduler(small: 1, large: 1)
        for review in ["a1", "a2", "a3"] { _ = scheduler.add(review, of: "a", isLarge: false) }
        _ = scheduler.add("b1", of: "b", isLarge: false)
        var order: [String] = []
        while let (id, review) = scheduler.next() {
            order.append(review)
            scheduler.finish(id)
        }
        #expect(order == ["a1", "b1", "a2", "a3"])
        #expect(scheduler.waitingCount == 0)
    }

    @Test("no more run at a time than may, and small ones don't wait for large ones")
    func lanes() {
        var scheduler = Scheduler(small: 2, large: 1)
        for index in 0..<3 { _ = scheduler.add("large \(index)", of: "a", isLarge: true) }
        for index in 0..<3 { _ = scheduler.add("small \(index)", of: "a", isLarge: false) }
        let started = start(&scheduler)
        #expect(started.reviews == ["small 0", "small 1", "large 0"])
        scheduler.finish(started.ids[0])
        let second = start(&scheduler)
        #expect(second.reviews == ["small 2"])
        scheduler.finish(started.ids[2])
        let third = start(&scheduler)
        #expect(third.reviews == ["large 1"])
    }

    /// All that may run now.
    private func start(_ scheduler: inout Scheduler) -> (ids: [Scheduler.ID], reviews: [String]) {
        var started: (ids: [Scheduler.ID], reviews: [String]) = ([], [])
        while let (id, review) = scheduler.next() {
            started.ids.append(id)
            started.reviews.append(review)
        }
        return started
    }

    @Test("a review that is dropped while it waits never runs; one that runs keeps its place until its end")
    func cancellation() {
        var scheduler = Scheduler(small: 1, large: 1)
        let running = scheduler.add("a1", of: "a", isLarge: false)
        let first = start(&scheduler)
        #expect(first.reviews == ["a1"])
        let waiting = scheduler.add("a2", of: "a", isLarge: false)
        _ = scheduler.add("b1", of: "b", isLarge: false)
        scheduler.cancel(waiting)
        scheduler.cancel(running)
        let second = start(&scheduler)
        #expect(second.reviews == [])
        #expect(scheduler.waitingCount == 1)
        scheduler.finish(running)
        let third = start(&scheduler)
        #expect(third.reviews == ["b1"])
    }
}
