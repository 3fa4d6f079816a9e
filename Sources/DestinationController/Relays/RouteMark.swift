internal import DestinationModel
internal import RelayRoutes

/// Whose a port is and where its mail goes, in sixteen octets, for tens of thousands of routes of dozens of relays: two that
/// differ have different marks, but for a chance of one in 2⁶⁴. It means something within this process alone.
struct RouteMark: Hashable, Sendable {
    /// The mark of whose the port is.
    let holder: PortHolder.Mark
    private let hash: Int

    init(owner: String?, route: Route) {
        holder = PortHolder(owner: owner ?? "", route: route).mark
        var hasher = Hasher()
        hasher.combine(owner)
        hasher.combine(route)
        hash = hasher.finalize()
    }

    init(_ claim: RouteClaim) {
        self.init(owner: claim.owner, route: claim.route)
    }
}
