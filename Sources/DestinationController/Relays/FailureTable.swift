/// The failures that relays report, each kept once, as all relays report the same ones.
struct FailureTable {
    /// Why there is no destination.
    struct Failure: Hashable, Sendable {
        let reason: String
        let message: String
    }

    /// Stands for a failure until it is released as often as it was taken.
    struct Token: Hashable, Sendable {
        fileprivate let index: UInt32
    }

    private var indices: [Failure: UInt32] = [:]
    private var failures: [(failure: Failure, uses: Int)?] = []
    private var free: [UInt32] = []

    /// How many different ones there are.
    var count: Int { indices.count }

    /// The token of a failure, which counts as one use of it.
    mutating func take(_ failure: Failure) -> Token {
        if let index = indices[failure] {
            failures[Int(index)]?.uses += 1
            return Token(index: index)
        }
        let index: UInt32
        if let unused = free.popLast() {
            index = unused
            failures[Int(index)] = (failure, 1)
        } else {
            // No more than there are ports, of each relay.
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
