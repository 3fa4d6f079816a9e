import FoundationEssentials
import Kubernetes
import ObjectModel
import RelayRoutes

/// An installation of the product: a namespace of a test's own in the real API server, and the servers as processes of
/// this machine. Pod objects stand for the relays, as nothing runs pods here.
///
/// Unless the configuration says otherwise, it looks after labelled namespaces only, so that sites keep out of each other's way.
final class ProductSite: Sendable {
    /// The instance of Destinations that name none.
    static let instance = "local"

    let controlPlane: ControlPlane
    /// The install namespace.
    let namespace: String
    let client: KubernetesClient
    /// The ports that relays may give to routes.
    let ports: ClosedRange<Int>
    private let directory: TemporaryDirectory
    private let additionalCAs: String

    /// - Parameters:
    ///   - authority: what the relays trust besides the system's authorities.
    ///   - configuration: further lines of the configuration; `instances` are the items of that list, by default a
    ///     folder for ``write(_:name:tenant:)``.
    ///   - portCount: how many routes there is room for.
    ///   - controlPlane: the one that all tests share by default.
    init(
        authority: TestCA? = nil,
        configuration: Configuration = Configuration(),
        portCount: Int = 40,
        controlPlane: ControlPlane? = nil
    ) async throws {
        let controlPlane = if let controlPlane { controlPlane } else { try await ControlPlane.shared }
        try await controlPlane.installDefinition()
        self.controlPlane = controlPlane
        self.client = try controlPlane.client()
        self.namespace = try await controlPlane.namespace()
        self.directory = try TemporaryDirectory()
        let first = try LoopbackPorts.free(portCount)
        self.ports = first...first + portCount - 1
        self.additionalCAs = authority == nil ? "" : "additionalCAs: {secretName: additional-cas}"
        if let authority {
            try await self.create(
                secret: "additional-cas",
                ["ca.crt": String(contentsOf: URL(filePath: authority.certificate), encoding: .utf8)]
            )
        }
        try self.directory.makeDirectory("destinations")
        try self.configure(configuration)
    }

    /// What a test may set in the configuration.
    struct Configuration: Sendable {
        /// The list of instances in YAML, each line indented by six; `nil` for one folder, named ``instance``.
        var instances: String?
        var defaultInstance: String? = ProductSite.instance
        var namespacesMode = "labelSelector"
        var resyncMinutes = 3
        var sessions = 2
        /// The relays' ports; `nil` for all of the site's.
        var ports: ClosedRange<Int>?
        var defaultScope = "namespaced"
        var clusterDomain = "cluster.local"
        /// What destinations may lead to. The servers of the tests are on loopback.
        var allowedAddresses = ["127.0.0.0/8"]
    }

    /// The configuration file.
    var configuration: String { self.directory.path("config.yaml") }

    /// The entry in the configuration of an instance that is a folder.
    func folder(_ instance: String, _ folder: String = "destinations") -> String {
        """
              - name: \(instance)
                directory: \(self.directory.path(folder))
        """
    }

    /// Writes the configuration, in the place of the one that was there.
    func configure(_ configuration: Configuration) throws {
        let ports = configuration.ports ?? self.ports
        let text = """
            installNamespace: \(self.namespace)
            clusterDomain: \(configuration.clusterDomain)
            config:
              managedNamespacesMode: \(configuration.namespacesMode)
              logging: {level: debug}
              manager: {executionIntervalMinutes: \(configuration.resyncMinutes)}
              security: {accessControl: {destinations: {defaultScope: \(configuration.defaultScope)}}}
              integration:
                destinationService:
                  connectionTimeoutSeconds: 2
                  readTimeoutSeconds: 2
            \(configuration.defaultInstance.map { "      defaultInstanceName: \($0)" } ?? "")
                  instances:
            \(configuration.instances ?? self.folder(Self.instance))
            \(self.additionalCAs)
            relay:
              portRange: \(ports.lowerBound)-\(ports.upperBound)
              pool: {sessions: \(configuration.sessions)}
              allowedAddresses: [\(configuration.allowedAddresses.joined(separator: ", "))]

            """
        try self.directory.write(text, to: "config.yaml")
    }

    /// Writes something else in the configuration's place.
    func write(configuration text: String) throws {
        try self.directory.write(text, to: "config.yaml")
    }

    /// Writes a MAIL destination into the folder, in the place of the one that was there.
    func write(
        _ destination: MailDestination,
        name: String = MailDestination.name,
        tenant: String? = nil,
        folder: String = "destinations"
    ) throws {
        try self.directory.write(destination.json, to: self.file(name, tenant, folder))
    }

    /// Removes a MAIL destination from the folder.
    func removeDestination(name: String = MailDestination.name, tenant: String? = nil) throws {
        try FileManager.default.removeItem(atPath: self.directory.path(self.file(name, tenant)))
    }

    private func file(_ name: String, _ tenant: String?, _ folder: String = "destinations") -> String {
        "\(folder)/\(tenant.map { $0 + "/" } ?? "")\(name).json"
    }

    /// Makes a namespace that this installation looks after, and gives its name.
    func applicationNamespace() async throws -> String {
        let name = try await self.controlPlane.namespace()
        let label = "transparent-proxy.connectivity.api.sap/namespace=\(self.namespace)"
        try await self.kubectl.check(["label", "namespace", name, label])
        return name
    }

    /// Makes a Secret in the install namespace, or puts other contents into the one that is there.
    func create(secret name: String, _ contents: [String: String]) async throws {
        let object = ObjectValue.object([
            "metadata": .object(["name": .string(name), "namespace": .string(self.namespace)]),
            "stringData": .object(contents.mapValues(ObjectValue.string)),
        ])
        try await self.client.apply(.secrets, object, fieldManager: "test", force: true)
    }

    /// kubectl as the administrator.
    var kubectl: Kubectl { self.controlPlane.kubectl() }

    /// The claims that stand in the install namespace, by port.
    func claims() async throws -> [Int: RouteClaim] {
        var claims: [Int: RouteClaim] = [:]
        for service in try await self.client.list(.services, in: self.namespace) {
            if case .claim(let claim) = RelayServiceReading(service) { claims[claim.port] = claim }
        }
        return claims
    }

    /// The relay's port that a Service of an application's namespace leads to; `nil` while there is no such Service.
    func relayPort(of service: String, in namespace: String) async throws -> Int? {
        let found = try await self.client.list(.services, in: namespace, fields: "metadata.name=\(service)")
        let host = found.first?["spec"]?["externalName"]?.stringValue
        return host?.split(separator: ".").first.flatMap { RelayService.port(name: String($0)) }
    }

    /// Waits as a person would: `kubectl wait --for=condition=Available`.
    func waitUntilAvailable(_ destination: String, in namespace: String, seconds: Int = 60) async throws {
        try await self.kubectl.check([
            "wait", "--for=condition=Available", "--timeout=\(seconds)s", "-n", namespace, "destination/\(destination)",
        ])
    }

    /// Lets the routes' namespaces go, with all that is in them. The servers are the test's to stop, before.
    func remove() async {
        _ = try? await self.client.delete(.namespaces, self.namespace)
        await self.client.shutdown()
    }
}
