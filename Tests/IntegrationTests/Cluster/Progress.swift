import FoundationEssentials
import Glibc

/// What tests that take minutes do, for whoever waits.
enum Progress {
    private static let start = ContinuousClock.now

    /// Writes a line to standard error.
    static func say(_ text: String) {
        let seconds = (ContinuousClock.now - self.start).components.seconds
        let line = "cluster tests, \(seconds) s: \(text)\(text.hasSuffix("\n") ? "" : "\n")"
        // In one call: others write too.
        _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
