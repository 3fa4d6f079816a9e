import NIOCore
import Testing

@testable import Admission

@Suite("How often an address begins a handshake")
struct HandshakeRateTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// How many of 30 handshakes are admitted.
    private func admitted(_ rate: inout HandshakeRate, _ address: String, after delay: TimeAmount = .zero) -> Int {
        var count = 0
        for _ in 0..<30 where rate.admit(address, at: start + delay) { count += 1 }
        return count
    }

    @Test("an address alone has the whole limit, and again in the next second")
    func alone() {
        var rate = HandshakeRate(limit: 10)
        let counts = [0, 999, 1000].map { admitted(&rate, "a", after: .milliseconds($0)) }
        #expect(counts == [10, 0, 10])
    }

    @Test("an address that comes after the limit is used up still has its share")
    func latecomer() {
        var rate = HandshakeRate(limit: 12)
        let counts = ["a", "b", "c", "a"].map { admitted(&rate, $0) }
        #expect(counts == [12, 6, 4, 0])
    }

    @Test("addresses beyond the limit have one handshake each, up to a bound of addresses")
    func manyAddresses() {
        var rate = HandshakeRate(limit: 10)
        var count = 0
        for address in 0..<5000 where rate.admit("\(address)", at: start) { count += 1 }
        #expect(count == HandshakeRate.maximumAddresses)
    }
}
