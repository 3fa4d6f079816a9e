/// Tells when files have to be read again. Pure but for looking at the files.
public struct WatchedFiles {
    private let paths: [String]
    /// What was there when they were last read; `nil` for a file that was still being written.
    private var read: [String: FileFingerprint?]

    /// Takes what is there now for what has been read.
    public init(_ paths: [String]) {
        self.paths = paths
        read = Self.look(at: paths)
    }

    /// Whether a file is not what was read last. After `true` it counts as read. Blocks for a `stat` of each.
    public mutating func haveChanged() -> Bool {
        let now = Self.look(at: paths)
        // While somebody writes, wait: half of it is not what he wants to say.
        guard now != read, now.values.allSatisfy({ $0?.isSettled ?? true }) else { return false }
        read = now
        return true
    }

    private static func look(at paths: [String]) -> [String: FileFingerprint?] {
        Dictionary(uniqueKeysWithValues: Set(paths).map { ($0, FileFingerprint(path: $0)) })
    }
}
