/// The bounds of name look-ups. A look-up can't be cancelled, so each holds a thread until it returns.
///
/// Threads are ``threads`` + ``slowThreads`` + ``overdueThreads`` at most, for a namespace ``threadsPerNamespace`` +
/// ``slowThreadsPerNamespace``.
public struct NameLookupLimits: Sendable {
    /// Look-ups at a time outside the slow lane that aren't overdue.
    public var threads = 12
    /// Of these, look-ups at a time of names that were never looked up.
    public var untriedThreads = 8
    /// Of those, look-ups at a time for namespaces whose last such look-up was slow.
    public var suspectThreads = 4
    /// Of ``threads``, look-ups at a time that no question waits for.
    public var refreshThreads = 4
    /// Look-ups at a time of names that were slow.
    public var slowThreads = 4
    /// Overdue look-ups that no longer hold one of ``threads``. Further ones hold theirs until they return.
    public var overdueThreads = 48
    /// Look-ups at a time for one namespace outside the slow lane that aren't overdue.
    public var threadsPerNamespace = 2
    /// Of these, look-ups at a time of names that were never looked up, and as many that no question waits for.
    public var untriedThreadsPerNamespace = 1
    /// Look-ups at a time for one namespace that are overdue or in the slow lane, of which one in the slow lane.
    public var slowThreadsPerNamespace = 2
    /// Questions of one namespace that may wait.
    public var questionsPerNamespace = 256
    /// How long a question may wait. Shorter than a transaction waits for a session, so that the reply names the cause.
    public var timeLimit = Duration.seconds(15)
    /// A look-up that takes as long is overdue, and makes its name a slow one.
    public var slowAfter = Duration.seconds(1)
    /// The prompt look-ups in a row with which a slow name leaves the slow lane.
    public var promptLookups = 3
    /// How long addresses are kept.
    public var addressAge = Duration.seconds(10)
    /// How long a failure is kept.
    public var failureAge = Duration.seconds(2)
    /// How long a question waits before it is answered with addresses that are older than ``addressAge``.
    public var staleAfter = Duration.milliseconds(250)
    /// How old such addresses may be.
    public var staleAge = Duration.seconds(300)
    /// Names whose last look-up is kept.
    public var names = 4096

    public init() {}
}
