import DestinationModel

/// Whose mail a test mail is: a Destination, and one of its tenants.
struct MailRoute: Hashable, Sendable {
    let namespace: String
    let resource: String
    /// `nil` for a Destination that names no tenants.
    let tenant: String?
    /// The Service that applications connect to.
    let service: String
    /// The relay's port; `nil` before the manager has given one.
    let port: Int?

    /// Why a Destination has no such route.
    struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        let description: String
    }

    /// Finds a tenant's route.
    ///
    /// - Parameter tenant: May be left out where there is but one.
    init(_ view: DestinationView, tenant: String?) throws(Fault) {
        let tenants = view.status.tenants.map(\.status)
        let names = tenants.compactMap(\.tenant)
        let found: TenantStatus?
        if let tenant {
            found = tenants.first { $0.tenant == tenant }
        } else if tenants.count == 1 {
            found = tenants.first
        } else {
            throw Fault(description: "say whose mail it is, by --tenant: \(Self.list(names))")
        }
        guard let found else {
            let there = names.isEmpty ? "it has no tenants: leave --tenant away" : "there are \(Self.list(names))"
            throw Fault(description: "\(view.namespace)/\(view.name) has no such tenant; \(there)")
        }
        (namespace, resource) = (view.namespace, view.name)
        (self.tenant, service) = (found.tenant, found.serviceName)
        port = found.relayPort.flatMap { (1...65_535).contains($0) ? $0 : nil }
    }

    /// `shop/mail-dest`, or `shop/mail-dest (tenant acme)`.
    var name: String { "\(namespace)/\(resource)" + (tenant.map { " (tenant \($0))" } ?? "") }

    private static func list(_ names: [String]) -> String {
        names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", ..." : "")
    }
}
