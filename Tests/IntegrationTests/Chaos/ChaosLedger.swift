import Synchronization

/// What every application has heard of its message, and what the mail server has of it.
final class ChaosLedger: Sendable {
    private struct Copy {
        let user: String
        let isWhole: Bool
    }

    private struct State {
        var outcomes: [Int: ChaosOutcome] = [:]
        var copies: [Int: [Copy]] = [:]
        var strangers = 0
    }

    private let state = Mutex(State())

    func note(_ outcome: ChaosOutcome, of number: Int) { state.withLock { $0.outcomes[number] = outcome } }

    /// A mail server has taken what it took for a message.
    func store(number: Int?, user: String, isWhole: Bool) {
        state.withLock { state in
            guard let number else { return state.strangers += 1 }
            state.copies[number, default: []].append(Copy(user: user, isWhole: isWhole))
        }
    }

    /// How many messages came to what.
    var counts: [ChaosOutcome: Int] {
        state.withLock { $0.outcomes.values.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
    }

    /// How many of those whose application didn't hear 250 behind the final dot were stored all the same.
    var ambiguousCopies: Int {
        state.withLock { state in
            state.outcomes.count { number, outcome in
                outcome.allowedCopies == 0...1 && state.copies[number] != nil
            }
        }
    }

    /// What must not be.
    ///
    /// - Parameter user: Whose login the messages of a number have to arrive under.
    func faults(user: (Int) -> String) -> [String] {
        state.withLock { state in
            var faults: [String] = []
            if state.strangers > 0 { faults.append("\(state.strangers) messages that nobody sent") }
            for (number, outcome) in state.outcomes.sorted(by: { $0.key < $1.key }) {
                let copies = state.copies[number] ?? []
                if !outcome.allowedCopies.contains(copies.count) {
                    faults.append("message \(number) was \(outcome), and is stored \(copies.count) times")
                }
                for copy in copies {
                    if copy.user != user(number) { faults.append("message \(number) came as \(copy.user)") }
                    if !copy.isWhole { faults.append("message \(number) isn't whole") }
                }
            }
            return faults
        }
    }
}
