/// How many sessions a pool keeps, for how long, and how long others wait for one. Durations are wall-clock time.
public struct PoolLimits: Hashable, Sendable {
    /// Sessions open at the same time. Office 365 allows three per mailbox.
    public var sessions = 2
    /// An unused session is closed after this time.
    public var idleTime = Duration.seconds(30)
    /// No session is lent out any more at this age.
    public var age = Duration.seconds(300)
    /// No session carries more messages than this.
    public var messages = 50
    /// A session that lay idle for longer is asked whether it's alive before it is lent.
    public var probeAfter = Duration.seconds(5)
    /// Transactions that wait for a session at the same time.
    public var waiters = 1000
    /// How long one of them waits at most.
    public var wait = Duration.seconds(30)
    /// For how long a server's "too many sessions" lowers the cap.
    public var learnedCap = Duration.seconds(60)
    /// The pause after a failed attempt to open a session while others are open; doubled up to the last value.
    public var openPause = Duration.seconds(1)...Duration.seconds(30)
    /// How long a refused login shuts the pool for new sessions; doubled up to the last value with each refusal in a
    /// row, so that wrong credentials don't lock the account.
    public var loginPause = Duration.seconds(10)...Duration.seconds(300)

    /// The defaults.
    public init() {}
}
