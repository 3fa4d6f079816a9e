import DestinationModel
import FoundationEssentials
import NIOCore

/// The line of JSON that says where a route listens. Scripts depend on its form.
struct RouteAnnouncement: Encodable, Sendable {
    let route: Route
    let address: String
    let port: Int

    init(_ route: Route, at address: SocketAddress) {
        self.route = route
        self.address = address.ipAddress ?? ""
        self.port = address.port ?? 0
    }

    private enum Key: String, CodingKey {
        case namespace, destination, tenant, service, address, port
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(route.namespace, forKey: .namespace)
        try container.encode(route.resource, forKey: .destination)
        // Null, not absent.
        try container.encode(route.tenant, forKey: .tenant)
        try container.encode(route.serviceName.rawValue, forKey: .service)
        try container.encode(address, forKey: .address)
        try container.encode(port, forKey: .port)
    }

    /// The line, with its line end.
    var line: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }
}
