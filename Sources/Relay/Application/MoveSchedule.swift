import NIOCore
import SMTP

/// When an envelope that has lost its session may ask for another. No clock: the time comes in.
struct MoveSchedule {
    /// The answer to a request for a session.
    enum Turn: Hashable {
        case now
        case after(Duration)
        /// The limit is reached.
        case never
    }

    /// The first pause between requests, doubled with each up to ``maxPause``.
    private static let firstPause = Duration.milliseconds(100)
    private static let maxPause = Duration.seconds(5)
    /// The first pause after a new session was lost without a word, doubled with each: what kills sessions may be the
    /// envelope, and each costs a login.
    private static let firstLongPause = Duration.seconds(1)
    /// Dead sessions in a row that are replaced at once.
    private static let maxReplacements = 3

    private let limit: Duration
    private var replacements = 0
    private var pause = Self.firstPause
    private var longPause = Self.firstLongPause
    /// Until when the envelope may move; from the first request on.
    private(set) var deadline: NIODeadline?

    /// - Parameter limit: how long a transaction may wait for a session, all its moves together.
    init(limit: Duration) {
        self.limit = limit
    }

    /// When to ask for a session.
    mutating func turn(for need: SessionNeed, at now: NIODeadline) -> Turn {
        guard let deadline, need != .any else {
            self = MoveSchedule(limit: limit)
            self.deadline = now + TimeAmount(limit)
            return .now
        }
        guard now < deadline else { return .never }
        switch need {
        case .any:
            return .now
        case .replacement where replacements < Self.maxReplacements:
            replacements += 1
            return .now
        case .replacement, .retry:
            defer { pause = min(pause * 2, Self.maxPause) }
            return turn(after: pause, now, deadline)
        case .another:
            defer { longPause *= 2 }
            return turn(after: longPause, now, deadline)
        }
    }

    private func turn(after pause: Duration, _ now: NIODeadline, _ deadline: NIODeadline) -> Turn {
        now + TimeAmount(pause) < deadline ? .after(pause) : .never
    }
}
