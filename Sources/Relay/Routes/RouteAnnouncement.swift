import DestinationModel
import FoundationEssentials
import NIOCore

/// The line of JSON that says where a route listens. Scripts depend on its form.
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
        let members = [
            ("namespace", Self.text(route.namespace)),
            ("destination", Self.text(route.resource)),
            ("tenant", route.tenant.map(Self.text) ?? "null"),
            ("service", Self.text(route.serviceName.rawValue)),
            ("address", Self.text(address)),
            ("port", "\(port)"),
        ]
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    /// The object on a line of its own.
    var line: [UInt8] { Array("\(json)\n".utf8) }

    private static func text(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A text can always be encoded.
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}
