internal import Kubernetes

/// When a relay is asked, and what becomes of its answers. Pure; the time comes from the caller.
struct RelayPoll {
    typealias Instant = ContinuousClock.Instant

    /// What a failed attempt comes to.
    struct Setback: Hashable {
        /// How long to wait until the next.
        let pause: Duration
        /// Whether what the relay said before counts no more.
        let isSilent: Bool
        /// Whether to say so in the log.
        let isTold: Bool
    }

    /// How long a relay that can't be reached is believed to serve what it said last.
    static let grace = Duration.seconds(10)
    /// How long an answer that has nothing new may be expected to take.
    private static let idle = Duration.seconds(1)
    private static let shortestPause = Duration.milliseconds(5)
    private static let longestPause = Duration.milliseconds(50)

    /// What to ask for; `nil` for everything.
    private(set) var cursor: RelayCursor?
    private var lastHeard: Instant
    private var backoff = Backoff(base: .milliseconds(200), limit: .seconds(5))
    /// For answers that come too often.
    private var brake = Backoff(base: .milliseconds(500), limit: .seconds(5))
    private var pause = shortestPause
    private var isSilent = false
    /// Whether the last attempt came to nothing.
    private(set) var hasFailed = false

    init(now: Instant) {
        lastHeard = now
    }

    /// A good answer has come. Answers how long to wait, and whether the log is to say that the relay is back.
    mutating func heard(
        _ answer: RelayAnswer,
        asked: Instant,
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> (pause: Duration, isBack: Bool) {
        // All at once is right the first time. A relay that was started anew in its place costs a short wait.
        let isRepeated = answer.isComplete && cursor != nil
        let isIdle = !answer.isNews && now - asked < Self.idle
        let isBack = isSilent
        cursor = answer.cursor
        lastHeard = now
        isSilent = false
        hasFailed = false
        backoff.reset()
        if isRepeated || isIdle { return (brake.next(using: &generator), isBack) }
        brake.reset()
        // While one change follows the other, they are taken several at a time.
        pause = now - asked > Self.longestPause * 2 ? Self.shortestPause : min(pause * 2, Self.longestPause)
        return (pause, isBack)
    }

    /// There was no answer, or none that makes sense.
    mutating func failed(
        isNonsense: Bool,
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Setback {
        hasFailed = true
        let becomesSilent = !isSilent && (isNonsense || now - lastHeard >= Self.grace)
        if becomesSilent { isSilent = true }
        if isSilent { cursor = nil }
        return Setback(pause: backoff.next(using: &generator), isSilent: becomesSilent, isTold: becomesSilent)
    }
}
