import DestinationModel
import Kubernetes
import RelayRoutes
import Testing

/// An installation in use: a manager, a relay and a namespace for applications.
struct ProductRun {
    let site: ProductSite
    let manager: ManagerServer
    let relay: RelayServer
    /// Where applications and their Destinations are.
    let namespace: String

    /// Starts it all, lets `body` use it, and takes it down. With a failure come the servers' logs.
    static func perform(
        configuration: ProductSite.Configuration = .init(),
        portCount: Int = 40,
        managerOptions: [String] = [],
        managerKubeconfig: String? = nil,
        _ body: (ProductRun) async throws -> Void
    ) async throws {
        let servers = try MailServers.current
        let site = try await ProductSite(
            authority: servers.authority,
            configuration: configuration,
            portCount: portCount
        )
        let manager = try ManagerServer(site, kubeconfig: managerKubeconfig, options: managerOptions)
        var relay: RelayServer?
        var failure: Failure?
        do {
            let started = try await RelayServer.start(site)
            relay = started
            let namespace = try await site.applicationNamespace()
            try await body(ProductRun(site: site, manager: manager, relay: started, namespace: namespace))
        } catch {
            failure = Failure(cause: error, managerLog: manager.log, relayLog: relay?.log ?? "")
        }
        await relay?.stop()
        await manager.process.stop()
        await site.remove()
        if let failure { throw failure }
    }

    struct Failure: Error, CustomStringConvertible {
        let cause: any Error
        let managerLog: String
        let relayLog: String

        var description: String {
            "\(self.cause)\nthe manager's log:\n\(self.managerLog.suffix(6000))"
                + "\nthe relay's log:\n\(self.relayLog.suffix(6000))"
        }
    }

    /// Applies a Destination as a person does.
    func apply(_ destination: Destination) async throws {
        try await self.site.kubectl.apply(destination, in: self.namespace)
    }

    func delete(_ name: String) async throws {
        try await self.site.kubectl.check(["delete", "destination", "-n", self.namespace, name, "--wait=false"])
    }

    /// The relay's port behind a Service, once there is one.
    func port(_ service: String) async throws -> Int {
        try await eventually("Service \(service)", within: .seconds(60)) {
            try await self.site.relayPort(of: service, in: self.namespace)
        }
    }

    /// The port that applications connect to, of the relay Service of a relay port.
    func servicePort(ofRelay port: Int) async throws -> Int? {
        try await self.site.claims()[port]?.route.servicePort
    }

    /// Types the documented telnet session into the relay's port behind a Service, and gives the stored message.
    func telnet(_ service: String) async throws -> StoredMessage {
        let recipient = MailAccount.recipient()
        let session = Telnet.documentedSession(recipient: recipient)
        let result = try await Telnet.run(port: self.port(service), session: session, pace: .typed)
        try #require(result.succeeded, "\(result.output)\(result.errorOutput)")
        return try await MailServers.current.postfix.message(to: recipient)
    }

    /// Sends a message to a relay port, and tells who was logged in; `nil` where it wasn't taken.
    func login(of port: Int) async throws -> String? {
        let recipient = MailAccount.recipient()
        let result = try await Swaks(port: port, recipient: recipient).send("Subject: who\n\nam I")
        guard result.succeeded else { return nil }
        return try await MailServers.current.postfix.message(to: recipient).login
    }

    /// The Services of the namespace, by name, with all that makes a change of one visible.
    func versions(besides changed: String...) async throws -> [String: String] {
        var versions: [String: String] = [:]
        for service in try await self.site.client.list(.services, in: self.namespace)
        where !changed.contains(service.metadata.name) {
            versions[service.metadata.name] = service.metadata.resourceVersion
        }
        for service in try await self.site.client.list(.services, in: self.site.namespace) {
            let alias = try await self.site.claims()
                .first { "relay-\($0.key)" == service.metadata.name }?.value.route.serviceName.rawValue
            if let alias, !changed.contains(alias) { versions["relay of \(alias)"] = service.metadata.resourceVersion }
        }
        return versions
    }
}
