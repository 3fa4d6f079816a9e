import Testing

@testable import Admission

@Suite("The order of requests")
struct RequestSchedulerTests {
    typealias Scheduler = RequestScheduler<String>

    @Test("addresses take turns, however many requests one of them sends")
    func turns() {
        var scheduler = Scheduler(limits: [:])
        for review in ["a1", "a2", "a3"] { _ = scheduler.add(review, of: "a", kind: .smallReview) }
        _ = scheduler.add("b1", of: "b", kind: .smallReview)
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
        var scheduler = Scheduler(limits: [.smallReview: 2])
        for index in 0..<3 { _ = scheduler.add("large \(index)", of: "a", kind: .largeReview) }
        for index in 0..<3 { _ = scheduler.add("small \(index)", of: "a", kind: .smallReview) }
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

    @Test("a request that is dropped while it waits never runs; one that runs keeps its place until its end")
    func cancellation() {
        var scheduler = Scheduler(limits: [:])
        let running = scheduler.add("a1", of: "a", kind: .smallReview)
        let first = start(&scheduler)
        #expect(first.reviews == ["a1"])
        let waiting = scheduler.add("a2", of: "a", kind: .smallReview)
        _ = scheduler.add("b1", of: "b", kind: .smallReview)
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
