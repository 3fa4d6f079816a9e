/// A route as the relay announces it on standard output, a line of JSON each.
struct RelayRoute: Decodable, Equatable, Sendable {
    /// The Destination resource.
    let namespace: String
    let destination: String
    /// Missing in a route without a tenant.
    let tenant: String?
    /// The name of the Service that it would be in a cluster.
    let service: String
    let address: String
    let port: Int
}
