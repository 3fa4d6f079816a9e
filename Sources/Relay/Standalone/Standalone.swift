import CommandLineSupport
import DestinationModel
import DestinationRules
import DestinationSources
import HTTPTransport
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import TLS
import Telemetry
import UnixSignals
import UpstreamPool

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The relay from a folder of files: reads it, opens the routes, and serves until it's told to stop.
struct Standalone {
    /// Why nothing can be served.
    enum Failure: Error, CustomStringConvertible {
        case noRoutes(directory: String)
        case noDestinations(directory: String)
        case noPorts(first: Int)

        var description: String {
            switch self {
            case .noRoutes(let directory):
                "no usable Destination resource in \(directory)/*.yaml"
            case .noDestinations(let directory):
                "none of the routes has a usable destination in \(directory)/destinations"
            case .noPorts(let first):
                "no free port from \(first) on"
            }
        }
    }

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
        let routes = try readRoutes(instances: source.instances())
        try await checkDestinations(of: routes, in: source)

        DescriptorLimit.raise()
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
            routes: ["/routes": { .json(table.json) }],
            readiness: { table.readiness }
        )
        logger.info("metrics are served", metadata: ["address": "\(operations.address)"])
        try await open(routes, in: table)

        // Stopped in the reverse order: metrics can be read until the last connection is closed.
        let services = ServiceGroup(
            services: [
                OperationsService(server: operations),
                DestinationWatch(source: source, table: table),
                RelayService(table: table),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await services.run()
        await client.shutdown()
        try await group.shutdownGracefully()
    }

    private func readRoutes(instances: [String]) throws -> [Route] {
        let onlyOne = instances.count == 1 ? instances.first : nil
        let known = RuleContext.Instances(names: Set(instances), defaultName: options.defaultInstance ?? onlyOne)
        let files = try ResourceFiles(directory: options.directory, instances: known)
        for problem in files.problems {
            let metadata: Logger.Metadata = ["at": "\(problem.place)", "problem": "\(problem.text)"]
            if problem.isError {
                logger.error("resource can't be served", metadata: metadata)
            } else {
                logger.warning("resource is odd", metadata: metadata)
            }
        }
        guard !files.routes.isEmpty else { throw Failure.noRoutes(directory: options.directory) }
        return files.routes
    }

    /// A route whose destination is missing or bad is opened all the same: the file can be mended any time. But if that
    /// goes for all of them, the folder is the wrong one.
    private func checkDestinations(of routes: [Route], in source: DirectoryDestinationSource) async throws {
        var usable = 0
        for route in routes {
            do {
                _ = try await source.resolve(route.destination)
                usable += 1
            } catch {
                logger.error("route has no destination", metadata: ["route": "\(route)", "problem": "\(error)"])
            }
        }
        guard usable > 0 else { throw Failure.noDestinations(directory: options.directory) }
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
        var limits = RelayLimits()
        limits.pool.sessions = options.poolSessions
        limits.grace = .seconds(options.gracePeriod)
        let name = HostName.forSMTP()
        let trustRoots = options.caFile.map(TLSClientConfiguration.TrustRoots.systemAnd(file:)) ?? .system
        let contexts = TLSContextCache(trustRoots: trustRoots)
        // A CA file that can't be used is better known now than at the first message.
        _ = try contexts.context(for: MailDestination.TLSPolicy())
        return RelayEnvironment(
            name: name,
            limits: limits,
            source: source,
            connector: SessionConnector(name: name, tokens: OAuth2TokenProvider(client: client, logger: logger)),
            tlsContexts: contexts,
            metrics: try RelayMetrics(registry),
            connections: ConnectionCount(limit: limits.connections),
            logger: logger
        )
    }

    /// Opens the routes in their order, from the first port on, and says where.
    private func open(_ routes: [Route], in table: RouteTable) async throws {
        let output = LineOutput(descriptor: STDOUT_FILENO)
        var port = options.firstPort
        for route in routes {
            while true {
                guard port <= 65_535 else { throw Failure.noPorts(first: options.firstPort) }
                defer { port += 1 }
                do {
                    let announcement = try await table.open(route, host: options.address, port: port)
                    output.write(try announcement.line)
                    break
                } catch let error as IOError where error.errnoCode == EADDRINUSE {
                    logger.notice("port is in use, taking the next", metadata: ["port": "\(port)"])
                }
            }
        }
        table.isComplete()
    }
}
