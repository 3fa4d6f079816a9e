/// One way through the relay: a Destination resource, or one of its tenants, and the destination that it stands for.
public struct Route: Hashable, Sendable {
    /// The namespace of the Destination resource.
    public let namespace: String
    /// The name of the Destination resource.
    public let resource: String
    /// The destination to look up; its tenant is the route's.
    public let destination: DestinationReference
    /// The Service that applications connect to, in ``namespace``.
    public let serviceName: ServiceName
    /// The port of that Service.
    public let servicePort: Int

    /// The tenant's subdomain, or `nil` where the resource names no tenants.
    public var tenant: String? { destination.tenant }

    /// Creates a route.
    ///
    /// - Returns: `nil` where resource and tenant make no Service name, or the port is none.
    public init?(namespace: String, resource: String, destination: DestinationReference, servicePort: Int) {
        guard let serviceName = ServiceName(resource: resource, tenant: destination.tenant),
            (1...65_535).contains(servicePort)
        else { return nil }
        self.namespace = namespace
        self.resource = resource
        self.destination = destination
        self.serviceName = serviceName
        self.servicePort = servicePort
    }
}

extension Route: Comparable {
    /// Namespace, then resource, then tenant, the bare resource first: that triple is what tells routes apart.
    public static func < (left: Route, right: Route) -> Bool {
        (left.namespace, left.resource, left.tenant ?? "") < (right.namespace, right.resource, right.tenant ?? "")
    }
}

extension Route: CustomStringConvertible {
    /// `namespace/resource`, or `namespace/resource/tenant`.
    public var description: String {
        tenant.map { "\(namespace)/\(resource)/\($0)" } ?? "\(namespace)/\(resource)"
    }
}
