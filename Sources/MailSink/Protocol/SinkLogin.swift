/// Who a session is logged in as, and how.
public struct SinkLogin: Sendable, Hashable {
    public var user: String
    public var mechanism: SinkMechanism

    public init(user: String, mechanism: SinkMechanism) {
        self.user = user
        self.mechanism = mechanism
    }
}
