/// The bounds of name look-ups. A look-up can't be cancelled, so each holds a thread until it returns.
public struct NameLookupLimits: Sendable {
    /// Look-ups at a time.
    public var threads = 16
    /// Of these, look-ups at a time of names that aren't known to be answered promptly.
    public var untriedThreads = 12
    /// Of those, look-ups at a time of names that were slow.
    public var slowThreads = 4
    /// Look-ups at a time for one namespace.
    public var threadsPerNamespace = 2
    /// Of these, look-ups at a time of names that aren't known to be answered promptly.
    public var untriedThreadsPerNamespace = 1
    /// Questions of one namespace that may wait.
    public var questionsPerNamespace = 256
    /// How long a question may wait. Shorter than a transaction waits for a session, so that the reply names the cause.
    public var timeLimit = Duration.seconds(15)
    /// A look-up that takes longer makes its name a slow one.
    public var slowAfter = Duration.seconds(1)
    /// How long addresses are kept.
    public var addressAge = Duration.seconds(10)
    /// How long a failure is kept.
    public var failureAge = Duration.seconds(2)
    /// Names whose last look-up is kept.
    public var names = 4096

    public init() {}
}
