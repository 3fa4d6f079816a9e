public import DestinationModel

/// A relay port and whose it is: what stands in one Service of the install namespace, the *relay Service*.
///
/// The Service's name is the port's, so a port can't be claimed twice: the second claim meets the first one's Service.
/// Users can't write in the install namespace, so nobody but the manager makes claims.
public struct RouteClaim: Hashable, Sendable {
    /// The port of the relay's pods.
    public var port: Int
    /// `metadata.uid` of the Destination. One that is deleted and made again has another, and so gets other ports.
    public var owner: String
    /// Where mail from that port goes.
    public var route: Route
    /// When the claim was given up, RFC 3339; `nil` while it holds. The port isn't served any more and not yet free: for
    /// a while neither it nor the Service's address may carry a late connection to somebody else.
    public var releasedAt: String?

    /// Puts a claim together without checking anything.
    public init(port: Int, owner: String, route: Route, releasedAt: String? = nil) {
        self.port = port
        self.owner = owner
        self.route = route
        self.releasedAt = releasedAt
    }

    /// Whether the port is to be served.
    public var isServed: Bool { releasedAt == nil }
}
