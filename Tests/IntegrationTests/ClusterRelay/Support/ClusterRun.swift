import DestinationModel
import FoundationEssentials
import Kubernetes
import ObjectModel
import RelayRoutes
import Synchronization
import Testing

/// A relay in a cluster that has no manager: the test writes the relay Services itself.
final class ClusterRun: Sendable {
    let site: ProductSite
    let relay: RelayServer
    private let used = Mutex(0)

    private init(site: ProductSite, relay: RelayServer) {
        self.site = site
        self.relay = relay
    }

    /// Starts a relay, lets `body` use it, and takes it down. With a failure comes the relay's log.
    ///
    /// - Parameters:
    ///   - trusting: what it trusts besides the mail servers' authority, in PEM.
    ///   - prepare: makes what is to be there before the relay, and gives the instances for the configuration; without
    ///     it there is the site's folder alone.
    static func perform(
        trusting certificate: String = "",
        kubeconfig: String? = nil,
        options: [String] = [],
        configuration: ProductSite.Configuration = ProductSite.Configuration(),
        prepare: (ProductSite) async throws -> String? = { _ in nil },
        _ body: (ClusterRun) async throws -> Void
    ) async throws {
        let servers = try MailServers.current
        let site = try await ProductSite(authority: servers.authority, configuration: configuration)
        if !certificate.isEmpty {
            let own = try String(contentsOf: URL(filePath: servers.authority.certificate), encoding: .utf8)
            try await site.create(secret: "additional-cas", ["ca.crt": own + certificate])
        }
        if let instances = try await prepare(site) {
            try site.configure(ProductSite.Configuration(instances: instances, defaultInstance: nil))
        }
        let relay = try RelayServer(site, kubeconfig: kubeconfig, options: options)
        var failure: RelayServer.Failure?
        do {
            try await relay.waitUntilReady()
            try await body(ClusterRun(site: site, relay: relay))
        } catch {
            failure = RelayServer.Failure(cause: error, log: relay.log)
        }
        await relay.process.stop()
        await site.remove()
        if let failure { throw failure }
    }

    // MARK: Routes

    /// A claim for the next free port.
    func claim(
        tenant: String? = nil,
        destination: String = MailDestination.name,
        instance: String = ProductSite.instance,
        owner: String = "uid-1",
        port: Int? = nil
    ) throws -> RouteClaim {
        let next = self.used.withLock { used in
            used += 1
            return self.site.ports.lowerBound + used - 1
        }
        let reference = DestinationReference(destination: destination, instance: instance, tenant: tenant)
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465)
        )
        return RouteClaim(port: port ?? next, owner: owner, route: route)
    }

    /// Writes a claim's relay Service, or what is now to stand there.
    func write(_ claim: RouteClaim) async throws {
        try await self.site.client.apply(
            .services,
            claim.service(in: self.site.namespace),
            fieldManager: "test",
            force: true
        )
    }

    func delete(_ claim: RouteClaim) async throws {
        try await self.site.client.delete(.services, RelayService.name(port: claim.port), in: self.site.namespace)
    }

    /// Writes a claim and waits until its port is open.
    @discardableResult
    func open(_ claim: RouteClaim) async throws -> Int {
        try await self.write(claim)
        return try await self.opened(claim)
    }

    @discardableResult
    func opened(_ claim: RouteClaim) async throws -> Int {
        try await eventually("\(claim.route) on port \(claim.port)", within: .seconds(30)) {
            try await self.report(claim.port).flatMap {
                if case .failed("RelayPortNotAvailable", _) = $0.lookup { return nil }
                return $0.route == claim.route && $0.owner == claim.owner ? claim.port : nil
            }
        }
    }

    func closed(_ port: Int) async throws {
        try await eventually("port \(port) to be closed", within: .seconds(30)) { () -> Void? in
            try await self.report(port) == nil ? () : nil
        }
    }

    /// What the relay says of a port; `nil` where it isn't open.
    func report(_ port: Int) async throws -> RouteReport? {
        let page = try JSONReader.document(try await self.relay.page("/routes")).value
        return (page.arrayValue ?? []).compactMap(RouteReport.init).first { $0.port == port }
    }

    /// Waits until a port's destination is found.
    func found(_ port: Int, within limit: Duration = .seconds(30)) async throws {
        try await eventually("the destination of port \(port)", within: limit) { () -> Void? in
            try await self.report(port)?.lookup == .found ? () : nil
        }
    }

    /// Waits until a port's destination can't be had for this reason, and gives the message.
    @discardableResult
    func failed(_ port: Int, _ reason: String, within limit: Duration = .seconds(30)) async throws -> String {
        try await eventually("the destination of port \(port) to fail with \(reason)", within: limit) {
            guard case .failed(reason, let message) = try await self.report(port)?.lookup else { return nil }
            return message
        }
    }

    // MARK: Use

    /// Sends a message to a port, and tells who was logged in with it.
    func login(of port: Int) async throws -> String? {
        let recipient = MailAccount.recipient()
        let session = try SMTPSession(port: port)
        _ = try await session.reply()
        try #require(try await ClusterRun.send(to: recipient, over: session) == "250")
        return try await MailServers.current.postfix.message(to: recipient).login
    }

    /// The first code that isn't a success, or 250.
    static func send(to recipient: String, over session: SMTPSession) async throws -> String {
        for command in ["MAIL FROM:<app@example.test>", "RCPT TO:<\(recipient)>", "DATA"] {
            let reply = try await session.command(command)
            guard reply.hasPrefix("250") || reply.hasPrefix("354") else { return String(reply.prefix(3)) }
        }
        return String(try await session.command("Subject: who\r\n\r\nam I\r\n.").prefix(3))
    }

    /// The value of a series of the relay's metrics, written as there.
    func metric(_ series: String) async throws -> Double? {
        let lines = try await self.relay.page("/metrics").split(separator: "\n")
        return lines.first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    func waitForMetric(_ series: String, _ value: Double, within limit: Duration = .seconds(30)) async throws {
        try await eventually("\(series) to be \(value)", within: limit) { () -> Void? in
            try await self.metric(series) == value ? () : nil
        }
    }
}
