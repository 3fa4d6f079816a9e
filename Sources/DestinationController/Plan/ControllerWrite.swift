internal import DestinationModel
internal import Kubernetes
internal import RelayRoutes

/// One change in the cluster.
enum ControllerWrite: Hashable, Sendable {
    case createClaim(RouteClaim)
    /// Makes the claim what it is to be: changes its route, takes it back, gives it up, or repairs it.
    case updateClaim(ObservedClaim, RouteClaim)
    case deleteClaim(ObservedClaim)
    case createPolicy(AccessPolicy)
    case updatePolicy(ObservedPolicy, AccessPolicy)
    case deletePolicy(ObservedPolicy)
    case createAlias(AliasService)
    case updateAlias(ObservedAlias, AliasService)
    case deleteAlias(ObservedAlias)

    /// What it is about, whatever is to be done to it.
    enum Target: Hashable, Sendable {
        /// The claim of a tenant that has none yet.
        case claim(tenant: String?)
        case relayService(String)
        case policy(String)
        case alias(String)
    }

    /// What the write is about.
    var target: Target {
        switch self {
        case .createClaim(let claim): .claim(tenant: claim.route.tenant)
        case .updateClaim(let observed, _), .deleteClaim(let observed): .relayService(observed.name)
        case .createPolicy(let policy): .policy(policy.name)
        case .updatePolicy(let observed, _), .deletePolicy(let observed): .policy(observed.name)
        case .createAlias(let alias), .updateAlias(_, let alias): .alias(alias.key.name)
        case .deleteAlias(let observed): .alias(observed.content.key.name)
        }
    }
}

extension ControllerWrite.Target: CustomStringConvertible {
    var description: String {
        switch self {
        case .claim(let tenant): tenant.map { "port for tenant \($0)" } ?? "port"
        case .relayService(let name): "relay Service \(name)"
        case .policy(let name): "NetworkPolicy \(name)"
        case .alias(let name): "Service \(name)"
        }
    }
}
