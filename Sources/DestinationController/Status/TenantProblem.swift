public import DestinationRules

/// What keeps a tenant from being served, as far as the manager itself sees it.
public enum TenantProblem: Hashable, Sendable {
    /// A rule finds fault with the tenant.
    case rule(Finding)
    /// The fault concerns the whole resource.
    case resource(ResourceProblem)
    /// An older Destination claims the Service's name.
    case duplicate(of: ServiceClaim)
    /// A Service of that name is there which isn't ours.
    case foreignService
    /// In the install namespace Services of such a name are relay Services, and belong to whose port they are.
    case reservedName
    /// There is no relay port for it.
    case noPort(PortLack)
    /// A Service of the install namespace, of this name, leads to its relay port too.
    case contestedPort(by: String)
    /// The API server doesn't take what has to be written; in its words.
    case notWritten(String)
    /// Not everything has been written yet.
    case settingUp
}
