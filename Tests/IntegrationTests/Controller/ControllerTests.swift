import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

/// The manager's controller against a real API server. No relay takes part: what counts are the objects.
@Suite struct ControllerTests {}

/// An installation whose manager is under test.
struct ControllerRun {
    let site: ProductSite
    /// Where Destinations are.
    let namespace: String

    /// Lets `body` use an installation without a running manager.
    static func prepare(portCount: Int = 40, _ body: (ControllerRun) async throws -> Void) async throws {
        let site = try await ProductSite(portCount: portCount)
        do {
            try await body(ControllerRun(site: site, namespace: site.applicationNamespace()))
            await site.remove()
        } catch {
            await site.remove()
            throw error
        }
    }

    /// Lets `body` use an installation with a running manager.
    static func perform(
        portCount: Int = 40,
        options: [String] = [],
        _ body: (ControllerRun) async throws -> Void
    ) async throws {
        try await Self.prepare(portCount: portCount) { run in
            try await run.withManager(options: options) { _ in try await body(run) }
        }
    }

    /// Does something beside a running manager, and stops it then. With a failure comes what it has logged.
    func withManager<Result>(
        kubeconfig: String? = nil,
        options: [String] = [],
        _ body: (ManagerServer) async throws -> Result
    ) async throws -> Result {
        let manager = try ManagerServer(self.site, kubeconfig: kubeconfig, options: options)
        do {
            let result = try await body(manager)
            await manager.process.stop()
            return result
        } catch {
            await manager.process.stop()
            throw ProductRun.Failure(cause: error, managerLog: manager.log, relayLog: "")
        }
    }

    var kubectl: Kubectl { self.site.kubectl }

    func apply(_ destination: Destination) async throws {
        try await self.kubectl.apply(destination, in: self.namespace)
    }

    func delete(_ name: String) async throws {
        try await self.kubectl.check(["delete", "destination", "-n", self.namespace, name, "--wait=false"])
    }

    /// Lets the API server refuse more Services in the namespace: a quota whose counts no controller keeps.
    func limitServices(to count: Int) async throws {
        try await self.kubectl.check(["create", "quota", "-n", self.namespace, "services", "--hard=services=\(count)"])
        let counts = #"{"services":"\#(count)"}"#
        try await self.kubectl.patch(
            ["resourcequota", "-n", self.namespace, "services", "--subresource=status"],
            #"{"status":{"hard":\#(counts),"used":\#(counts)}}"#
        )
    }

    /// The relay's port behind a Service, once there is one.
    func port(_ service: String) async throws -> Int {
        try await eventually("Service \(service)", within: .seconds(60)) {
            try await self.site.relayPort(of: service, in: self.namespace)
        }
    }

    func alias(_ name: String) async throws -> ObjectValue {
        try await self.site.client.get(.services, name, in: self.namespace)
    }

    /// The status of a Destination, once it is as asked.
    @discardableResult
    func status(
        _ what: String,
        of name: String,
        _ condition: (ObjectValue) -> Bool
    ) async throws -> ObjectValue {
        try await self.site.status(what, of: name, in: self.namespace, condition)
    }

    /// Waits for a tenant's entry with a reason.
    func reason(_ reason: String, of name: String, tenant: String? = nil) async throws {
        try await self.site.reason(reason, of: name, in: self.namespace, tenant: tenant)
    }

    /// What the manager made, and in what version: it has changed nothing where this is the same.
    func versions() async throws -> [String: String] {
        var versions: [String: String] = [:]
        for (type, namespace) in [
            (ResourceType.services, self.namespace), (.services, self.site.namespace),
            (.networkPolicies, self.site.namespace), (.destinations, self.namespace),
        ] {
            for object in try await self.site.client.list(type, in: namespace) {
                versions["\(type) \(object.metadata.key)"] = object.metadata.resourceVersion
            }
        }
        return versions
    }

    /// Waits until a Destination has what it should have, in every object, and nothing is there that shouldn't be.
    func waitUntilComplete(_ name: String, tenants: [String?]) async throws {
        try await eventually("\(name) to be complete", within: .seconds(60)) { () -> Void? in
            let owner = try await self.site.client.get(.destinations, name, in: self.namespace).metadata.uid
            let claims = try await self.site.claims().values.filter { $0.owner == owner && $0.isServed }
            guard Set(claims.map(\.route.tenant)) == Set(tenants), claims.count == tenants.count else { return nil }
            for claim in claims {
                let service = claim.route.serviceName.rawValue
                guard try await self.site.relayPort(of: service, in: self.namespace) == claim.port else { return nil }
            }
            let policies = try await self.site.client.list(.networkPolicies, in: self.site.namespace)
            let policy = policies.first { $0.metadata.name == "destination-\(owner)" }
            let ports = (policy?["spec"]?["ingress"]?.arrayValue ?? []).flatMap { $0["ports"]?.arrayValue ?? [] }
            guard Set(ports.map { $0["port"] ?? .null }) == Set(claims.map { .integer($0.port) }) else { return nil }
            return ()
        }
    }
}
