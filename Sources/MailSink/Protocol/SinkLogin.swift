/// Who a session is logged in as, and how.
public struct SinkLogin: Sendable, Hashable {
    /// Who.
    public var user: String
    /// By which mechanism.
    public var mechanism: SinkMechanism

    /// A login to compare with.
    public init(user: String, mechanism: SinkMechanism) {
        self.user = user
        self.mechanism = mechanism
    }
}
