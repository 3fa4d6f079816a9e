extension PoolStateMachine {
    /// The sessions of a pool by number, and how many are in each state, so that no decision has to count them.
    struct Sessions: Sendable {
        private var byID: [SessionID: Session] = [:]
        private var counts = [Int](repeating: 0, count: State.Kind.allCases.count)
        /// The session that may not be opened yet; there is one at most.
        private(set) var postponedID: SessionID?

        subscript(id: SessionID) -> Session? {
            get { byID[id] }
            set {
                if let old = byID[id] {
                    counts[old.state.kind.rawValue] -= 1
                    if old.state.kind == .postponed { postponedID = nil }
                }
                if let newValue {
                    counts[newValue.state.kind.rawValue] += 1
                    if newValue.state.kind == .postponed { postponedID = id }
                }
                byID[id] = newValue
            }
        }

        /// In all states.
        var count: Int { byID.count }
        var isEmpty: Bool { byID.isEmpty }

        func count(_ kind: State.Kind) -> Int { counts[kind.rawValue] }

        /// Removes a session.
        /// - Returns: whether there was one.
        mutating func remove(_ id: SessionID) -> Bool {
            defer { self[id] = nil }
            return byID[id] != nil
        }
    }
}

extension PoolStateMachine.State {
    /// A state without what belongs to it.
    enum Kind: Int, CaseIterable, Sendable {
        case opening, postponed, idle, probing, lent, closing
    }

    var kind: Kind {
        switch self {
        case .opening: .opening
        case .postponed: .postponed
        case .idle: .idle
        case .probing: .probing
        case .lent: .lent
        case .closing: .closing
        }
    }
}
