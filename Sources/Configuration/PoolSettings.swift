/// `relay.pool`: the bounds of the sessions that each of the relay's routes holds.
public struct PoolSettings: Hashable, Sendable {
    /// Sessions with the mail server at a time.
    public var sessions = 2
    /// Messages that may wait for one.
    public var waiters = 1000
    /// How long a message may wait.
    public var wait = Duration.seconds(30)
    /// How long a client may hold a session without using it while others wait for one.
    public var stallTime = Duration.seconds(10)
    /// After how long an unused session is closed.
    public var idleTime = Duration.seconds(30)

    /// The defaults, which are those of the relay by itself.
    public init() {}
}
