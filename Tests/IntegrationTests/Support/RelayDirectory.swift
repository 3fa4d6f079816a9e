/// The directory that a standalone relay reads: Destination resources, and the MAIL destinations they refer to.
struct RelayDirectory: Sendable {
    static let instance = "local"
    static let namespace = "shop"

    let files: TemporaryDirectory

    init() throws { self.files = try TemporaryDirectory() }

    var path: String { self.files.path }

    /// Adds a Destination resource, in a file of its own.
    ///
    /// - Parameters:
    ///   - tenants: the annotation's; none makes the resource's one Service.
    ///   - instance: the instance that it names; nil for none.
    func addResource(
        _ name: String,
        namespace: String = Self.namespace,
        tenants: [String] = [],
        destination: String = MailDestination.name,
        instance: String? = Self.instance
    ) throws {
        let list = tenants.map { "\"\($0)\"" }.joined(separator: ", ")
        let annotations =
            tenants.isEmpty
            ? ""
            : """

              annotations:
                transparent-proxy.connectivity.api.sap/tenant-subdomains: '[\(list)]'
            """
        try self.files.write(
            """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata:
              name: \(name)
              namespace: \(namespace)\(annotations)
            spec:
              destinationRef:
                name: "\(destination)"
            \(instance.map { "  destinationServiceInstanceName: \($0)\n" } ?? "")
            """,
            to: "\(namespace)-\(name).yaml"
        )
    }

    /// Writes a MAIL destination, in the place of the one that was there.
    func write(_ destination: MailDestination, name: String = MailDestination.name, tenant: String? = nil) throws {
        try self.files.write(destination.json, to: Self.file(name: name, tenant: tenant))
    }

    /// The path of a MAIL destination's file in the directory.
    static func file(name: String = MailDestination.name, tenant: String? = nil) -> String {
        "destinations/\(Self.instance)/\(tenant.map { $0 + "/" } ?? "")\(name).json"
    }
}

extension RelayDirectory {
    /// One resource, `mail-dest`, without tenants.
    static func dedicated(_ destination: MailDestination) throws -> RelayDirectory {
        let directory = try RelayDirectory()
        try directory.addResource("mail-dest")
        try directory.write(destination)
        return directory
    }

    /// One resource, `mail-dest`, with a destination for each tenant.
    static func shared(_ destinations: [String: MailDestination]) throws -> RelayDirectory {
        let directory = try RelayDirectory()
        try directory.addResource("mail-dest", tenants: destinations.keys.sorted())
        for (tenant, destination) in destinations { try directory.write(destination, tenant: tenant) }
        return directory
    }
}
