public import Logging
import Synchronization

/// The log level of a whole process, changeable while it runs. Lock-free; may be used from any thread.
public final class LogLevelSwitch: Sendable {
    private static let levels = Logger.Level.allCases
    /// The level's place in `levels`.
    private let index: Atomic<Int>

    /// Starts at this level.
    public init(_ level: Logger.Level = .info) {
        self.index = Atomic(Self.index(of: level))
    }

    /// The least severe level that is logged. A change is heeded by every logger from its next line on.
    public var level: Logger.Level {
        get { Self.levels[index.load(ordering: .relaxed)] }
        set { index.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    private static func index(of level: Logger.Level) -> Int {
        levels.firstIndex(of: level) ?? 0
    }
}
