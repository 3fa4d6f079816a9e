/// What the sink has counted since it started.
public struct SinkCounters: Sendable, Hashable {
    /// Connections accepted, those turned away with a 421 included.
    public internal(set) var connections = 0
    /// Connections that are open now.
    public internal(set) var openConnections = 0
    /// The most connections that were open at one time.
    public internal(set) var mostOpenConnections = 0
    /// Logins that succeeded, by user and mechanism.
    public internal(set) var logins: [SinkLogin: Int] = [:]
    /// Logins that were refused.
    public internal(set) var refusedLogins = 0
    /// Mails accepted.
    public internal(set) var mails = 0
    /// Octets of the content of those mails.
    public internal(set) var bytes = 0
    /// How often each command came, by its verb in upper case.
    public internal(set) var commands: [String: Int] = [:]
    /// Connections that ended with the client's QUIT.
    public internal(set) var quits = 0
    /// Breaches of the protocol by clients, in order; the first 1000.
    public internal(set) var violations: [String] = []

    /// All logins that succeeded.
    public var loginCount: Int { logins.values.reduce(0, +) }
}
