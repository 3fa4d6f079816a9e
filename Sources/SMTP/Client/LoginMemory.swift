/// What the sessions of a route learn from each other's logins.
///
/// One opening makes at most ``ClientMachine/Configuration/maxLoginAttempts`` attempts, the one with a fresh token
/// included. Where the attempts are used up before a fresh token could be tried, the next opening begins with the
/// mechanism that had got so far.
public struct LoginMemory: Hashable, Sendable {
    /// The mechanism that the next session tries first.
    public private(set) var mechanism: SASLMechanism?

    /// Nothing is known yet.
    public init() {}

    /// A session has logged in.
    /// - Parameter mechanism: nil for a server without logins.
    public mutating func loggedIn(with mechanism: SASLMechanism?) {
        self.mechanism = mechanism
    }

    /// A session's credentials were refused.
    /// - Parameters:
    ///   - mechanism: the one tried last.
    ///   - attempts: how many the session has made.
    ///   - mayBeStale: whether the credentials are a cached token, which a fresh one may replace.
    /// - Returns: how many attempts a session with a fresh token may make; nil for none.
    public mutating func refused(with mechanism: SASLMechanism?, after attempts: Int, mayBeStale: Bool) -> Int? {
        self.mechanism = mayBeStale ? mechanism : nil
        let left = ClientMachine.Configuration.maxLoginAttempts - attempts
        return mayBeStale && left > 0 ? left : nil
    }
}
