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
    /// How long a client may hold a session without using it while others wait for one.
    public var stallTime = Duration.seconds(10)
    /// For how long a server's "too many sessions" lowers the cap.
    public var learnedCap = Duration.seconds(60)

    /// The defaults.
    public init() {}
}
