import DestinationModel
import NIOCore
import ObjectModel
import RelayRoutes

/// Where a route listens. Scripts depend on the form of its line of JSON.
struct RouteAnnouncement: Sendable {
    let route: Route
    let address: String
    let port: Int

    init(_ route: Route, at address: SocketAddress) {
        self.route = route
        self.address = address.ipAddress ?? ""
        self.port = address.port ?? 0
    }

    /// One object, its members in the documented order; `tenant` is null without one.
    var json: String {
        "{" + members.map { "\"\($0)\":\(String(decoding: $1.json(), as: UTF8.self))" }.joined(separator: ",") + "}"
    }

    /// The object on a line of its own.
    var line: [UInt8] { Array("\(json)\n".utf8) }

    private var members: [(name: String, value: ObjectValue)] {
        [
            ("namespace", .string(route.namespace)),
            ("destination", .string(route.resource)),
            ("tenant", route.tenant.map(ObjectValue.string) ?? .null),
            ("service", .string(route.serviceName.rawValue)),
            ("address", .string(address)),
            ("port", .integer(port)),
        ]
    }
}

extension RouteReport {
    /// The report with the members of the announcement, for people and scripts that know those.
    var announced: ObjectValue {
        guard case .object(var members) = object else { return object }
        members["namespace"] = .string(route.namespace)
        members["destination"] = .string(route.resource)
        members["tenant"] = route.tenant.map(ObjectValue.string) ?? .null
        return .object(members)
    }
}
