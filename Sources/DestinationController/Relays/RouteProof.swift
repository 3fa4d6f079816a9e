/// What the relays that are ready say of a route: whether `Ready` in a status is true is decided by this alone.
public enum RouteProof: Hashable, Sendable {
    /// No relay is ready.
    case noRelay
    /// A relay that has just become ready hasn't said yet what it serves, and none that has serves the route. It is decided
    /// within seconds.
    case awaited
    /// A relay is ready, and none has the route open yet as the claim says.
    case unknown
    /// A relay that is ready serves the port for something else: it hasn't heard of the claim yet, or hears of nothing.
    case contradicted
    /// It is open; its destination is being looked up.
    case lookingUp
    /// It is open on a relay that is ready, and its destination can be used.
    case open
    /// It is open, but no relay has a destination for it.
    case failed(reason: String, message: String)
}
