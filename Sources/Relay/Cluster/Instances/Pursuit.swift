/// Brings something to the last state that is wanted of it, one attempt at a time.
struct Pursuit<State: Equatable> {
    private enum Phase {
        /// To `trying`.
        case resting(at: State?)
        /// To `resting`, or to another attempt.
        case trying(State)
    }

    private var wanted: State?
    private var phase = Phase.resting(at: nil)

    /// Whether all is as it should be.
    var isDone: Bool {
        guard let wanted, case .resting(wanted) = phase else { return false }
        return true
    }

    /// Says what is wanted from now on.
    /// - Returns: what to try now; `nil` where that is reached already, or another attempt is under way. What has failed
    ///   is tried again.
    mutating func want(_ state: State) -> State? {
        wanted = state
        switch phase {
        case .resting(state), .trying: return nil
        case .resting: return start(state)
        }
    }

    /// Says how the attempt has ended.
    /// - Returns: what to try now, where something else is wanted meanwhile.
    mutating func ended(succeeded: Bool) -> State? {
        guard case .trying(let state) = phase else { return nil }
        // Half of what failed may have been done: what was reached before isn't any more.
        phase = .resting(at: succeeded ? state : nil)
        guard let wanted, wanted != state else { return nil }
        return start(wanted)
    }

    private mutating func start(_ state: State) -> State {
        phase = .trying(state)
        return state
    }
}
