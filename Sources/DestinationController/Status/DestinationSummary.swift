public import DestinationModel

/// How a Destination fares, as metrics and pages tell it.
public struct DestinationSummary: Hashable, Sendable {
    /// A tenant that isn't ready.
    public struct Problem: Hashable, Sendable {
        /// The tenant's subdomain; `nil` for a resource that names none.
        public let tenant: String?
        /// `pending` or `failed`.
        public let state: TenantStatus.State
        /// A word, as in ``StatusReason``.
        public let reason: String
    }

    /// Whether the condition Available is True.
    public let isAvailable: Bool
    /// The condition's reason.
    public let reason: String
    /// The condition's message.
    public let message: String
    /// How many tenants are ready.
    public let ready: Int
    /// How many tenants there are; a resource that names none counts as one.
    public let tenants: Int
    /// Those that aren't ready.
    public let problems: [Problem]

    init(_ condition: AvailableCondition, _ tenants: [TenantStatus]) {
        isAvailable = condition.isTrue
        reason = condition.reason
        message = condition.message
        self.tenants = tenants.count
        problems = tenants.filter { $0.state != .ready }.map { tenant in
            Problem(tenant: tenant.tenant, state: tenant.state, reason: tenant.reason ?? "")
        }
        ready = tenants.count - problems.count
    }

    /// How many tenants are in a state.
    func count(_ state: TenantStatus.State) -> Int {
        switch state {
        case .ready: ready
        case .pending, .failed: problems.count { $0.state == state }
        }
    }
}
