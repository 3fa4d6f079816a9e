import DestinationSources
import Logging
import NIOCore
import ServerSupport
import ServiceLifecycle
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
        var limits = options.limits.limits
        limits.pool = options.pool.limits
        let addressPolicy = options.addresses.policy
        let parts = try RelayParts(
            limits: limits,
            source: source,
            caFile: options.caFile,
            addressPolicy: { addressPolicy },
            logger: logger
        )
        let table = parts.table
        let operations = try await OperationsServer.start(
            host: options.address,
            port: options.metricsPort,
            group: parts.group,
            registry: parts.registry,
            routes: RoutePages.pages(table),
            whenLimitReached: { [limits = parts.metrics.limits] in limits.reached(.metrics($0)) },
            readiness: { table.readiness }
        )
        logger.info(
            "metrics are served",
            metadata: ["address": "\(options.address)", "port": "\(operations.address.port ?? 0)"]
        )
        let changes = source.changes()
        let routes = StandaloneRoutes(
            directory: options.directory,
            address: options.address,
            firstPort: options.firstPort,
            defaultInstance: options.defaultInstance,
            source: source,
            table: table,
            lookUps: parts.lookUps,
            logger: logger
        )
        try await routes.start()

        // Stopped in the reverse order: metrics can be read until the last connection is closed.
        let services = ServiceGroup(
            services: [
                OperationsService(server: operations),
                DirectoryWatch(source: source),
                DestinationWatch(changes: changes, table: table, lookUps: parts.lookUps),
                routes,
                RoutesService(table: table, logger: logger),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await services.run()
        try await parts.shutDown(logger)
    }
}
