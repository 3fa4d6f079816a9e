/// How one tenant of a Destination fares: an entry of `status.tenants`.
public struct TenantStatus: Hashable, Sendable {
    /// Whether mail can be sent.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// A relay that is ready serves the tenant.
        case ready = "Ready"
        /// That is being brought about.
        case pending = "Pending"
        /// Something has to be mended first.
        case failed = "Failed"
    }

    /// The tenant's subdomain; `nil` for a resource that names none.
    public var tenant: String?
    /// The name of the Service that applications connect to, valid or not.
    public var serviceName: String
    /// The port that the relay has for it, once there is one.
    public var relayPort: Int?
    public var state: State
    /// Why it isn't ready, as a word; `nil` where it is.
    public var reason: String?
    /// Why it isn't ready and what to do, for people; `nil` where it is.
    public var message: String?

    /// Puts an entry together.
    public init(
        tenant: String?,
        serviceName: String,
        relayPort: Int? = nil,
        state: State,
        reason: String? = nil,
        message: String? = nil
    ) {
        self.tenant = tenant
        self.serviceName = serviceName
        self.relayPort = relayPort
        self.state = state
        self.reason = reason
        self.message = message
    }
}
