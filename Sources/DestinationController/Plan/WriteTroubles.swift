/// What couldn't be written in this go, by what it was about. It isn't tried again before the next one, and what doesn't
/// depend on it goes on.
struct WriteTroubles: Hashable, Sendable {
    enum Trouble: Hashable, Sendable {
        /// The API server doesn't take it; in its words.
        case failed(String)
        /// There is an object of that name that isn't ours.
        case foreign
    }

    private(set) var all: [ControllerWrite.Target: Trouble] = [:]

    subscript(target: ControllerWrite.Target) -> Trouble? {
        get { all[target] }
        set { all[target] = newValue }
    }

    /// What the API server said of the first that failed.
    var firstFailure: String? {
        all.values.compactMap { trouble in
            if case .failed(let words) = trouble { words } else { nil }
        }.min()
    }
}
