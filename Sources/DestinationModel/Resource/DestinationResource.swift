/// A Destination resource that can be served: the typed view of an object in which the rules found no fault.
public struct DestinationResource: Hashable, Sendable {
    /// `metadata.namespace`; `nil` where a file leaves it open.
    public var namespace: String?
    /// `metadata.name`.
    public var name: String
    /// `metadata.uid`; `nil` for what was never stored.
    public var uid: String?
    /// `metadata.generation`; `nil` for what was never stored.
    public var generation: Int?
    /// `spec.destinationRef.name`.
    public var destination: String
    /// `spec.destinationRef.level`.
    public var level: DestinationLevel?
    /// `spec.fragmentRef`.
    public var fragment: FragmentReference?
    /// `spec.destinationServiceInstanceName`; `nil` for the configured default.
    public var instance: String?
    /// `spec.service.port`.
    public var port: Int
    /// `spec.accessControl.scope`; `nil` for the configured default.
    public var scope: AccessScope?
    /// Whether there is a `spec.chainRef`, which has no effect on mail.
    public var hasChain: Bool
    /// The tenants' subdomains in the annotation's order; `nil` without the annotation.
    public var tenants: [String]?

    /// Puts a resource together without checking anything; the rules make one of an object.
    public init(
        namespace: String?,
        name: String,
        uid: String? = nil,
        generation: Int? = nil,
        destination: String,
        level: DestinationLevel? = nil,
        fragment: FragmentReference? = nil,
        instance: String? = nil,
        port: Int = MailDestination.defaultPort,
        scope: AccessScope? = nil,
        hasChain: Bool = false,
        tenants: [String]? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.generation = generation
        self.destination = destination
        self.level = level
        self.fragment = fragment
        self.instance = instance
        self.port = port
        self.scope = scope
        self.hasChain = hasChain
        self.tenants = tenants
    }
}

extension DestinationResource {
    /// The API group.
    public static let group = "destination.connectivity.api.sap"
    /// The version in the group.
    public static let version = "v1"
    /// What stands in `apiVersion`.
    public static let apiVersion = "\(group)/\(version)"
    /// What stands in `kind`.
    public static let kind = "Destination"
    /// The prefix of the annotations that mean something here.
    public static let annotationPrefix = "transparent-proxy.connectivity.api.sap/"
    /// The annotation that lists the tenants' subdomains as a JSON array of strings.
    public static let tenantsAnnotation = annotationPrefix + "tenant-subdomains"
}

extension DestinationResource {
    /// One route for each tenant, or one for the resource where it names none; sorted.
    ///
    /// - Parameters:
    ///   - defaultInstance: The configured default, for resources that name no instance.
    ///   - defaultNamespace: For files that leave the namespace open.
    /// - Returns: No route where a part is missing or makes no Service name; the rules report those.
    public func routes(defaultInstance: String?, defaultNamespace: String? = nil) -> [Route] {
        guard let namespace = namespace ?? defaultNamespace, let instance = instance ?? defaultInstance else {
            return []
        }
        let tenants: [String?] = tenants ?? [nil]
        return tenants.compactMap { tenant in
            Route(
                namespace: namespace,
                resource: name,
                destination: DestinationReference(
                    destination: destination,
                    instance: instance,
                    tenant: tenant,
                    level: level,
                    fragment: fragment
                ),
                servicePort: port
            )
        }.sorted()
    }
}
