internal import RelayRoutes

/// What to do about a Destination next.
struct DestinationPlan: Sendable {
    /// What to do. When it is done, look again.
    enum Step: Hashable, Sendable {
        /// Read the Destination from the API server, and the relay Services of these ports: something is to be taken away.
        case confirm(ports: [Int])
        /// Changes that don't depend on each other, at least one.
        case write([ControllerWrite])
        /// There is nothing to do.
        case rest
    }

    /// How a tenant fares.
    struct Tenant: Hashable, Sendable {
        let tenant: String?
        let serviceName: String
        /// The claim that it has; it need not be served.
        let claim: RouteClaim?
        /// What keeps it from being served; `nil` where all is as it should be, so that the relays decide.
        let problem: TenantProblem?
    }

    var step: Step
    var tenants: [Tenant]
    /// When a port's quarantine is over, where one is in it.
    var wakeAt: ContinuousClock.Instant?
    /// Whether a tenant goes without a port because there is none for it.
    var lacksPorts: Bool
}
