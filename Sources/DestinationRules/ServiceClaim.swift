import DestinationModel
public import ObjectModel

/// A Service that a Destination resource calls its own.
public struct ServiceClaim: Hashable, Sendable {
    /// The namespace of both; `nil` where a file leaves it open.
    public let namespace: String?
    /// The name of the resource.
    public let resource: String
    /// The tenant, or `nil` for the resource itself.
    public let tenant: String?

    /// The name of the Service.
    public var service: String { ServiceName.text(resource: resource, tenant: tenant) }

    /// What a resource, and one of its tenants, claims.
    public init(namespace: String?, resource: String, tenant: String?) {
        self.namespace = namespace
        self.resource = resource
        self.tenant = tenant
    }

    /// What an object claims, be it valid or not: every tenant that can be read counts.
    public static func claims(of object: ObjectValue) -> [ServiceClaim] {
        claims(of: Subject(object, context: RuleContext()))
    }

    static func claims(of subject: Subject) -> [ServiceClaim] {
        guard let name = subject.name else { return [] }
        let tenants: [String?]
        switch subject.tenants {
        case .absent:
            tenants = [nil]
        case .list(let items, _):
            tenants = items.compactMap(\.stringValue)
        case .wrongType, .noJSON, .noArray, .tooLong:
            tenants = []
        }
        return tenants.map { ServiceClaim(namespace: subject.namespace, resource: name, tenant: $0) }
    }
}
