/// A write that the server has answered and the watch hasn't told of.
struct PendingWrite: Hashable, Sendable {
    /// The UID of the object that was written or deleted.
    let uid: String
    /// The version that was written; of a deletion, the last one known.
    let version: ObjectVersion
    let isDeletion: Bool
    /// The list that was last begun when the answer came. That of the next one may have been asked for before.
    let round: UInt64
    /// The last list that held the object in another state.
    var seenIn: UInt64 = 0

    /// Whether what the watch tells of the object is of after the write.
    ///
    /// - Parameter round: The list that it stands in; `nil` for a change.
    func isSettled(by version: ObjectVersion, of uid: String, listedIn round: UInt64?) -> Bool {
        if let round, isBefore(round) { return true }
        if isDeletion, uid == self.uid { return false }
        if version == self.version { return true }
        // A watch tells everything in order, so what it tells before it tells of the write is older.
        return self.version.precedes(version) ?? false
    }

    /// Whether nothing is to be learnt from a state: it is the one that was written, or one before it.
    func isAtLeast(_ version: ObjectVersion, of uid: String) -> Bool {
        if isDeletion, uid == self.uid { return true }
        return version == self.version || version.precedes(self.version) == true
    }

    /// Whether the object may be there though a list doesn't hold it, which was asked for before it was written.
    ///
    /// - Parameter latest: The latest version in that list.
    func mayBeMissing(in round: UInt64, latest: ObjectVersion?) -> Bool {
        guard !isDeletion, !isBefore(round) else { return false }
        return latest.flatMap { version.precedes($0) } != true
    }

    /// Whether a list was surely asked for after the write.
    private func isBefore(_ round: UInt64) -> Bool { round &- self.round >= 2 }
}
