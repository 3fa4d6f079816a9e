public import Glibc

/// What `stat` says of a file: as long as it stays the same, the content is taken to be the same.
public struct FileFingerprint: Hashable, Sendable {
    let device: UInt
    let inode: UInt
    let size: Int
    let modified: TimeOfDay
    let changed: TimeOfDay

    struct TimeOfDay: Hashable, Sendable {
        let seconds: Int
        let nanoseconds: Int

        init(_ time: timespec) { (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec) }
    }

    /// Takes what `stat`, `lstat` or `fstat` found.
    public init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = status.st_size
        modified = TimeOfDay(status.st_mtim)
        changed = TimeOfDay(status.st_ctim)
    }

    /// Looks at a file, or at what a symbolic link leads to. Blocks for one `stat`.
    ///
    /// - Returns: `nil` where there is nothing that can be looked at.
    public init?(path: String) {
        var status = Glibc.stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Whether the last change is long enough ago that the next one will bear another time. The kernel's clock for
    /// files ticks every few milliseconds only: what is written within one tick of the last change may not show.
    public var isSettled: Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let age = (now.tv_sec - changed.seconds, now.tv_nsec - changed.nanoseconds)
        // A change in the future, by a clock set back, is settled as well: it would never become so.
        return age.0 < 0 || age.0 > 1 || age.0 * 1_000_000_000 + age.1 > 100_000_000
    }
}
