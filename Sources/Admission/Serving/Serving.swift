import CommandLineSupport
import Configuration
import Kubernetes
import Logging
import NIOCore
import NIOPosix
import ServerSupport
import ServiceLifecycle
import TLS
import Telemetry
import UnixSignals

/// Puts the parts of the server together and runs them until the process is told to stop.
struct Serving {
    private let options: ServeCommand
    private let level: LogLevelControl
    private let logger: Logger

    init(_ options: ServeCommand, level: LogLevelControl, logger: Logger) {
        self.options = options
        self.level = level
        self.logger = logger
    }

    /// Runs until a signal asks to stop.
    ///
    /// - Throws: `StartFailure`, and whatever else makes serving impossible.
    func run() async throws {
        let configuration = try LiveConfiguration(readingFrom: options.cluster.config, level: level)
        let certificate = try readCertificate()
        let cluster = try connect()
        let registry = MetricsRegistry()
        registry.add(try ProcessMetrics(registry))
        let metrics = try AdmissionMetrics(registry)
        let known = KnownDestinations()
        try register(known, certificate, registry)

        // One loop carries thousands of requests a second; the second keeps the metrics' port alive beside them.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let stop = StopFlag()
        let check = LateSelfCheck()
        let readiness: @Sendable () async -> Readiness = {
            if stop.isSet { return Readiness(isReady: false, text: "stopping\n") }
            if let problem = await check.problem() { return Readiness(isReady: false, text: "\(problem)\n") }
            return Readiness(isReady: true, text: "ready\n")
        }
        let pages = OperationsRouter.pages(registry: registry, configuration: configuration, readiness: readiness)
        let limits = limits()
        let environment = ServingEnvironment(
            limits: limits,
            access: options.clientCAFile == nil ? .anyClient : .certificate(names: Set(options.allowedClientName)),
            pages: OperationsRouter(routes: pages),
            reviews: ReviewService(
                known: known,
                settings: configuration,
                metrics: metrics,
                limits: limits,
                logger: logger
            ),
            metrics: metrics,
            stop: stop,
            logger: logger
        )
        let server = try await AdmissionServer.start(
            host: options.address,
            port: options.port,
            group: group,
            tls: certificate.server,
            environment: environment
        )
        check.begin(SelfCheck(address: server.address, certificate: certificate, group: group))
        let operations = try await OperationsServer.start(
            host: options.address,
            port: options.metricsPort,
            group: group,
            registry: registry,
            routes: pages,
            readiness: readiness
        )
        logger.notice(
            "webhook is served",
            metadata: [
                "address": "\(options.address)", "port": "\(server.address.port ?? 0)",
                "metricsPort": "\(operations.address.port ?? 0)",
            ]
        )
        // Stopped in the reverse order: metrics can be read until the last connection is closed, and the watch goes on
        // for as long as requests are answered.
        let configurationReloader = configuration.reloader(of: options.cluster.config, level: level, logger: logger) {
            succeeded in
            metrics.reloaded(.configuration, succeeded: succeeded)
        }
        let certificateReloader = certificate.reloader(metrics: metrics, logger: logger)
        let watch = cluster.map { cluster in
            DestinationWatch(
                watch: cluster.watch(.destinations, pageSize: 100),
                known: known,
                metrics: metrics,
                logger: logger
            )
        }
        let service = AdmissionService(
            server: server,
            stop: stop,
            delay: .seconds(options.shutdownDelay),
            grace: .seconds(5),
            logger: logger
        )
        let services: [(any Service)?] = [
            OperationsService(server: operations), configurationReloader, certificateReloader, watch, service,
        ]
        try await ServiceGroup(
            services: services.compactMap(\.self),
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        ).run()
        await cluster?.shutdown()
        try await group.shutdownGracefully()
    }

    /// A client of the cluster; `nil` where this process is in none, and none is named.
    ///
    /// Without the cluster nothing is refused for its name, and everything else goes on. But a kubeconfig that somebody
    /// names is meant to be used.
    private func connect() throws(StartFailure) -> KubernetesClient? {
        do {
            let access = try ClusterAccess.load(kubeconfig: options.cluster.kubeconfig)
            return try KubernetesClient(
                access,
                userAgent: "tproxy-admission/\(BuildInformation.version)",
                logger: logger
            )
        } catch {
            guard options.cluster.kubeconfig == nil else { throw StartFailure("\(error); check --kubeconfig") }
            logger.warning(
                "name collisions are not looked for: the cluster can't be reached",
                metadata: ["reason": "\(error)"]
            )
            return nil
        }
    }

    private func limits() -> ServingLimits {
        var limits = ServingLimits()
        let wanted = limits.connections
        limits.fit(descriptors: DescriptorLimit.raise())
        if limits.connections < wanted {
            logger.warning(
                "fewer connections are allowed than usual: raise the limit of open files (ulimit -n)",
                metadata: ["connections": "\(limits.connections)", "usual": "\(wanted)"]
            )
        }
        return limits
    }

    private func readCertificate() throws(StartFailure) -> ServedCertificate {
        do {
            return try ServedCertificate(
                certificateFile: options.tlsCertFile,
                keyFile: options.tlsKeyFile,
                clientCAFile: options.clientCAFile
            )
        } catch {
            throw StartFailure("\(error); check --tls-cert-file, --tls-key-file and --client-ca-file")
        }
    }

    private func register(
        _ known: KnownDestinations,
        _ certificate: ServedCertificate,
        _ registry: MetricsRegistry
    ) throws {
        try registry.gauge(
            "tproxy_admission_certificate_expiry_timestamp_seconds",
            help: "When the certificate that is served ends to be valid, in seconds since 1970."
        ) { certificate.expiry.map(Double.init) }
        try registry.gauge(
            "tproxy_admission_known_destinations",
            help: "Destinations of the cluster whose Services are known."
        ) { Double(known.count) }
        try registry.gauge(
            "tproxy_admission_destinations_complete",
            help: "1 when all Destinations of the cluster are known, so that collisions are found; else 0."
        ) { known.snapshot.isComplete ? 1 : 0 }
    }
}
