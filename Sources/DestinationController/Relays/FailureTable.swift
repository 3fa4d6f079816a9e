internal import DestinationModel
internal import ObjectModel

/// The failures that relays report, each kept once, as all relays report the same ones. What they say may be anything, so
/// neither one nor all together can grow without end.
struct FailureTable {
    /// Why there is no destination.
    struct Failure: Hashable, Sendable {
        let reason: String
        let message: String

        /// - Parameters:
        ///   - reason: A word; where there is none, the one that says the least.
        ///   - message: For people; what isn't a bounded line is made one.
        init(reason: String, message: String) {
            self.reason = reason.isEmpty ? StatusReason.failed : BoundedText.line(reason, limit: 200)
            self.message = BoundedText.line(message, limit: 1000)
        }

        /// Stands for those that are too many to be kept.
        static let another = Failure(
            reason: StatusReason.failed,
            message: "the relays report more different failures than are kept; look at the page /routes of one of them"
        )
    }

    /// Stands for a failure until it is released as often as it was taken.
    struct Token: Hashable, Sendable {
        fileprivate let index: UInt32
    }

    private let capacity: Int
    private var indices: [Failure: UInt32] = [:]
    private var failures: [(failure: Failure, uses: Int)?] = []
    private var free: [UInt32] = []

    /// - Parameter capacity: How many different ones are kept: one for each route of an installation.
    init(capacity: Int = 10_000) {
        self.capacity = capacity
    }

    /// How many different ones there are.
    var count: Int { indices.count }

    /// The token of a failure, which counts as one use of it.
    mutating func take(_ failure: Failure) -> Token {
        if let index = indices[failure] {
            failures[Int(index)]?.uses += 1
            return Token(index: index)
        }
        guard count < capacity || failure == .another else { return take(.another) }
        let index: UInt32
        if let unused = free.popLast() {
            index = unused
            failures[Int(index)] = (failure, 1)
        } else {
            index = UInt32(truncatingIfNeeded: failures.count)
            failures.append((failure, 1))
        }
        indices[failure] = index
        return Token(index: index)
    }

    /// Ends one use.
    mutating func release(_ token: Token) {
        let index = Int(token.index)
        guard failures.indices.contains(index), let entry = failures[index] else { return }
        if entry.uses > 1 {
            failures[index]?.uses -= 1
        } else {
            failures[index] = nil
            indices[entry.failure] = nil
            free.append(token.index)
        }
    }

    /// The failure that a token stands for.
    subscript(token: Token) -> Failure? {
        let index = Int(token.index)
        return failures.indices.contains(index) ? failures[index]?.failure : nil
    }
}
