import Testing

@testable import Admission

@Suite("The memory of request bodies")
struct BodyMemoryLimiterTests {
    @Test("an address holds at most as much as is free, and others have the rest")
    func shares() {
        let limiter = BodyMemoryLimiter(limit: 1200)
        let hostile = leases(of: limiter, "hostile")
        let second = leases(of: limiter, "hostile too")
        #expect(hostile.count == 6)
        #expect(second.count == 3)
        let honest = limiter.lease(for: "honest")
        #expect(honest.grow(to: 200))
        #expect(limiter.used == 1100)
    }

    /// As many leases of 100 bytes as an address gets.
    private func leases(of limiter: BodyMemoryLimiter, _ address: String) -> [BodyMemoryLimiter.Lease] {
        (0..<20).map { _ in limiter.lease(for: address) }.filter { $0.grow(to: 100) }
    }

    @Test("a lease gives back what it holds when it goes")
    func givesBack() {
        let limiter = BodyMemoryLimiter(limit: 1000)
        var lease: BodyMemoryLimiter.Lease? = limiter.lease(for: "a")
        #expect(lease?.grow(to: 400) == true && lease?.grow(to: 500) == true)
        #expect(lease?.grow(to: 1001) == false && lease?.count == 500)
        #expect(limiter.used == 500)
        lease = nil
        #expect(limiter.used == 0)
        #expect(limiter.lease(for: "a").grow(to: 500))
    }
}
