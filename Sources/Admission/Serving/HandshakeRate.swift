import NIOCore

/// Counts the handshakes of each second by client address and says whether an address has had its share. No I/O.
///
/// The first `limit` of a second are anyone's. Beyond them an address has its share if it has begun as many as the limit
/// divided by the number of addresses.
struct HandshakeRate {
    /// More addresses than this a second aren't told apart.
    static let maximumAddresses = 4096

    private let limit: Int
    private var secondEnd = NIODeadline.uptimeNanoseconds(0)
    private var count = 0
    private var counts: [String: Int] = [:]

    /// - Parameter limit: The handshakes of a second that need not be shared.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether an address may begin another handshake without taking from others. One that may is counted.
    mutating func admit(_ address: String, at now: NIODeadline) -> Bool {
        if now >= secondEnd {
            secondEnd = now + .seconds(1)
            count = 0
            counts.removeAll()
        }
        let own = counts[address]
        guard own != nil || counts.count < Self.maximumAddresses else { return false }
        let share = max(limit / (counts.count + (own == nil ? 1 : 0)), 1)
        guard count < limit || own ?? 0 < share else { return false }
        count += 1
        counts[address] = (own ?? 0) + 1
        return true
    }
}
