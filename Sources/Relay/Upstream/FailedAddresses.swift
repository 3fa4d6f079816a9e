import NameResolution
import Synchronization

/// The addresses of mail servers that have failed lately, which are tried after the others. May be used from any thread.
final class FailedAddresses: Sendable {
    struct Key: Hashable, Sendable {
        /// The name whose address it is: what another destination meets there changes nothing for this one.
        let host: String
        let port: Int
        let address: IPAddress
    }

    /// How long a failure is remembered.
    static let age = Duration.seconds(300)
    /// The most addresses that are remembered.
    static let limit = 1024

    private let failures = Mutex<[Key: ContinuousClock.Instant]>([:])

    var count: Int { failures.withLock { $0.count } }

    func contains(_ key: Key, at now: ContinuousClock.Instant) -> Bool {
        failures.withLock { $0[key] }.map { now - $0 < Self.age } ?? false
    }

    /// An address has failed. Where the table is full, the oldest failure is forgotten.
    func record(_ key: Key, at now: ContinuousClock.Instant) {
        failures.withLock { failures in
            if failures[key] == nil, failures.count >= Self.limit,
                let oldest = failures.min(by: { $0.value < $1.value })
            {
                failures[oldest.key] = nil
            }
            failures[key] = now
        }
    }

    /// An address works.
    func forget(_ key: Key) {
        failures.withLock { $0[key] = nil }
    }
}
