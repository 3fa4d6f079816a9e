import CommandLineSupport
import Configuration
import DestinationSources
import Kubernetes
import Logging
import NIOCore
import NameResolution
import ServerSupport
import ServiceLifecycle
import Telemetry
import UnixSignals
import UpstreamPool

/// Puts the parts of the relay in a cluster together and runs them until the process is told to stop.
struct ClusterRelay {
    private let options: RunCommand
    private let level: LogLevelControl
    private let logger: Logger

    init(_ options: RunCommand, level: LogLevelControl, logger: Logger) {
        self.options = options
        self.level = level
        self.logger = logger
    }

    /// Runs until a signal asks to stop.
    ///
    /// - Throws: `StartFailure`, and whatever else makes running impossible.
    func run() async throws {
        let configuration = try LiveConfiguration(
            readingFrom: options.cluster.config,
            level: level,
            reservedPorts: [options.metricsPort]
        )
        let address = try listeningAddress()
        let client = try connect()
        let namespace = options.namespace ?? configuration.current.installNamespace ?? client.defaultNamespace
        let sources = DestinationInstances()
        let apiServer = APIServerAddresses(APIServerAddresses.host, logger: logger)
        await apiServer.lookUp()
        let addressPolicy: @Sendable () -> AddressPolicy = {
            AddressPolicy(
                allowed: configuration.current.allowedAddresses,
                apiServer: apiServer.known,
                setting: "relay.allowedAddresses"
            )
        }
        let parts = try RelayParts(
            limits: options.limits.limits,
            source: sources,
            poolLimits: { PoolLimits(configuration.current.pool) },
            addressPolicy: addressPolicy,
            logger: logger
        )
        let table = parts.table
        let metrics = try ClusterMetrics(parts.registry) { [weak table] in table?.count ?? 0 }
        let instanceMetrics = try InstanceMetrics(parts.registry)
        let readiness: @Sendable () async -> Readiness = { Self.readiness(table, metrics) }
        let operations = try await OperationsServer.start(
            host: options.metricsAddress,
            port: options.metricsPort,
            group: parts.group,
            registry: parts.registry,
            routes: OperationsRouter.pages(
                registry: parts.registry,
                configuration: configuration,
                readiness: readiness
            ).merging(RoutePages.pages(table)) { _, added in added },
            whenLimitReached: { [limits = parts.metrics.limits] in limits.reached(.metrics($0)) },
            readiness: readiness
        )
        logger.notice(
            "relay is running",
            metadata: [
                "namespace": "\(namespace)", "address": "\(options.address)",
                "metricsPort": "\(operations.address.port ?? 0)",
            ]
        )
        let changes = sources.changes()
        let instances = InstanceKeeper(
            InstanceKeeper.Environment(
                namespace: namespace,
                client: client,
                sources: sources,
                tokens: parts.tokens,
                tlsContexts: parts.tlsContexts,
                addressPolicy: addressPolicy,
                resolver: parts.resolver,
                metrics: instanceMetrics,
                logger: logger,
                trustChanged: { [lookUps = parts.lookUps] in await lookUps.add(table.ports { _ in true }) }
            )
        )
        let ports = ListeningPorts(address: address, table: table, lookUps: parts.lookUps)
        let keeper = PortKeeper(ports, logger: logger) { metrics.failedPortCount = $0 }
        let routes = ClusterRoutes(
            watch: client.watch(.services, in: namespace),
            keeper: keeper,
            table: table,
            metrics: metrics,
            logger: logger
        )
        let reloader = configuration.reloader(of: options.cluster.config, level: level, logger: logger) { succeeded in
            metrics.reloaded(succeeded: succeeded)
        }
        // Stopped in the reverse order: until the last connection is closed the relay lives on as ever.
        try await ServiceGroup(
            services: [
                OperationsService(server: operations),
                reloader,
                apiServer,
                InstanceService(keeper: instances, configuration: configuration, table: table),
                DestinationWatch(changes: changes, table: table, lookUps: parts.lookUps),
                routes,
                RoutesService(table: table, delay: .seconds(options.shutdownDelay), logger: logger),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        ).run()
        logger.info("stopping: waiting for connections to the API server to close")
        await client.shutdown()
        try await parts.shutDown(logger)
    }

    private func listeningAddress() throws(StartFailure) -> SocketAddress {
        do {
            return try SocketAddress(ipAddress: ListenAddress.resolved(options.address), port: 0)
        } catch {
            throw StartFailure("\(options.address) is no address to listen on; correct --address")
        }
    }

    private func connect() throws(StartFailure) -> KubernetesClient {
        do {
            return try KubernetesClient(
                try ClusterAccess.load(kubeconfig: options.cluster.kubeconfig),
                userAgent: "tproxy-relay/\(BuildInformation.version)",
                logger: logger
            )
        } catch {
            throw StartFailure("\(error); check --kubeconfig")
        }
    }

    private static func readiness(_ table: RouteTable, _ metrics: ClusterMetrics) -> Readiness {
        let readiness = table.readiness
        let failed = metrics.failedPortCount
        if readiness.isReady, failed > 0 {
            let text =
                "routes open: \(table.count); can't be opened: \(failed), the log says why, they are tried again\n"
            return Readiness(isReady: true, text: text)
        }
        guard !readiness.isReady, !metrics.isSynced, let error = metrics.interruption else { return readiness }
        return Readiness(isReady: false, text: "the routes can't be read: \(error)\n")
    }
}

extension PoolLimits {
    /// What the configuration says, and else the defaults.
    fileprivate init(_ settings: PoolSettings) {
        self.init()
        sessions = settings.sessions
        waiters = settings.waiters
        wait = settings.wait
        stallTime = settings.stallTime
        idleTime = settings.idleTime
    }
}
