import Testing

@testable import WebhookCertificates

@Suite struct WriteBudgetTests {
    @Test func twentyAtOnceThenOneEveryFiveSeconds() {
        let start = ContinuousClock.now
        var budget = WriteBudget(now: start)
        for _ in 0..<20 { #expect(budget.take(now: start) == nil) }
        #expect(budget.take(now: start) == .seconds(5))
        #expect(budget.take(now: start + .seconds(4)) != nil)
        #expect(budget.take(now: start + .seconds(6)) == nil)
        #expect(budget.take(now: start + .seconds(6)) != nil)
    }

    @Test func itNeverSavesUpMore() {
        let start = ContinuousClock.now
        var budget = WriteBudget(now: start)
        let later = start + .seconds(1_000_000)
        let taken = (0..<100).filter { _ in budget.take(now: later) == nil }
        #expect(taken.count == 20)
    }
}
