import Synchronization

/// Bounds the bytes of request bodies held at a time over all connections, and shares them by client address. May be used
/// from any thread.
///
/// An address may hold as many bytes as are free. So one address leaves half of the memory to the others, two leave a
/// third, and an address that holds few is served whatever the others do.
final class BodyMemoryLimiter: Sendable {
    private struct State {
        var used = 0
        var usedByAddress: [String: Int] = [:]

        mutating func release(_ count: Int, for address: String) {
            used -= count
            let rest = usedByAddress[address, default: 0] - count
            usedByAddress[address] = rest > 0 ? rest : nil
        }
    }

    /// The bytes that one request holds; it gives them back when the last reference to it goes.
    final class Lease: Sendable {
        private let limiter: BodyMemoryLimiter
        private let address: String
        private let held = Mutex(0)

        fileprivate init(_ limiter: BodyMemoryLimiter, _ address: String) {
            self.limiter = limiter
            self.address = address
        }

        /// How many bytes it holds.
        var count: Int { held.withLock { $0 } }

        /// Holds `count` bytes from now on, which are no fewer than before.
        ///
        /// - Returns: `false` if the address would hold more than its share; then nothing has changed.
        func grow(to count: Int) -> Bool {
            held.withLock { held in
                guard limiter.take(count - held, for: address) else { return false }
                held = count
                return true
            }
        }

        deinit { limiter.state.withLock { $0.release(count, for: address) } }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// How many bytes are held.
    var used: Int { state.withLock { $0.used } }

    /// A lease of no bytes yet.
    func lease(for address: String) -> Lease { Lease(self, address) }

    private func take(_ count: Int, for address: String) -> Bool {
        state.withLock { state in
            let held = state.usedByAddress[address, default: 0] + count
            guard held <= limit - state.used else { return false }
            state.used += count
            state.usedByAddress[address] = held
            return true
        }
    }
}
