import CommandLineSupport
import DestinationModel
import DestinationSources
import HTTPTransport
import Logging
import NIOCore
import NIOPosix
import ServerSupport
import ServiceLifecycle
import TLS
import Telemetry
import UnixSignals

/// The relay from a folder of files: reads it, opens the routes, and serves until it's told to stop.
struct Standalone {
    private let options: StandaloneCommand
    private let logger: Logger

    init(_ options: StandaloneCommand, logger: Logger) {
        self.options = options
        self.logger = logger
    }

    /// Runs until a signal asks to stop.
    /// - Throws: when there is nothing to serve, or a port that must be had can't be had.
    func run() async throws {
        let source = DirectoryDestinationSource(directory: "\(options.directory)/destinations", logger: logger)
        let descriptors = DescriptorLimit.raise()
        // Each connection is one, and so is each session.
        if descriptors < options.limits.connections {
            logger.warning(
                "fewer files may be open than connections are allowed: raise the limit (ulimit -n) or lower --connections",
                metadata: ["files": "\(descriptors)", "connections": "\(options.limits.connections)"]
            )
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let registry = MetricsRegistry()
        registry.add(try ProcessMetrics(registry))
        let client = try httpClient()
        let table = RouteTable(try environment(source, client, registry), on: group)
        let operations = try await OperationsServer.start(
            host: options.address,
            port: options.metricsPort,
            group: group,
            registry: registry,
            routes: ["/routes": { _ in .json(table.json) }],
            readiness: { table.readiness }
        )
        logger.info(
            "metrics are served",
            metadata: ["address": "\(options.address)", "port": "\(operations.address.port ?? 0)"]
        )
        let routes = StandaloneRoutes(
            directory: options.directory,
            address: options.address,
            firstPort: options.firstPort,
            defaultInstance: options.defaultInstance,
            source: source,
            table: table,
            logger: logger
        )
        try await routes.start()

        // Stopped in the reverse order: metrics can be read until the last connection is closed.
        let services = ServiceGroup(
            services: [
                OperationsService(server: operations),
                DestinationWatch(source: source, table: table),
                routes,
                RelayService(table: table),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await services.run()
        await client.shutdown()
        try await group.shutdownGracefully()
    }

    /// What tokens are fetched with.
    private func httpClient() throws -> HTTPClient {
        var configuration = HTTPClientConfiguration()
        if let file = options.caFile { configuration.trust = .systemAnd(.file(file)) }
        configuration.userAgent = "tproxy-relay/\(BuildInformation.version)"
        return try HTTPClient(configuration)
    }

    private func environment(
        _ source: DirectoryDestinationSource,
        _ client: HTTPClient,
        _ registry: MetricsRegistry
    ) throws -> RelayEnvironment {
        let limits = options.limits.limits
        let name = HostName.forSMTP()
        let trustRoots = options.caFile.map(TLSClientConfiguration.TrustRoots.systemAnd(file:)) ?? .system
        let contexts = TLSContextCache(trustRoots: trustRoots)
        // A CA file that can't be used is better known now than at the first message.
        _ = try contexts.context(for: MailDestination.TLSPolicy())
        let metrics = try RelayMetrics(registry)
        let tokens = OAuth2TokenProvider(client: client, logger: logger, onFetch: metrics.tokens.fetched(_:))
        return RelayEnvironment(
            name: name,
            limits: limits,
            source: source,
            connector: SessionConnector(name: name, tokens: tokens),
            tlsContexts: contexts,
            metrics: metrics,
            connections: ConnectionCount(limit: limits.connections),
            logger: logger
        )
    }
}
