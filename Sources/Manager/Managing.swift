import CommandLineSupport
import Configuration
import Glibc
import Kubernetes
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Telemetry
import UnixSignals
import WebhookCertificates

/// Puts the parts of the manager together and runs them until the process is told to stop.
struct Managing {
    private let options: RunCommand
    /// `nil` where the command line has fixed the level.
    private let level: LogLevelSwitch?
    private let logger: Logger

    init(_ options: RunCommand, level: LogLevelSwitch?, logger: Logger) {
        self.options = options
        self.level = level
        self.logger = logger
    }

    /// Runs until a signal asks to stop.
    ///
    /// - Throws: `ManagerFailure`, and whatever else makes running impossible.
    func run() async throws {
        let configuration = try readConfiguration()
        let client = try connect()
        let namespace = options.namespace ?? configuration.installNamespace ?? client.defaultNamespace
        let registry = MetricsRegistry()
        registry.add(try ProcessMetrics(registry))
        let metrics = try ManagerMetrics(registry)

        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let operations = try await OperationsServer.start(
            host: options.metricsAddress,
            port: options.metricsPort,
            group: group,
            registry: registry,
            routes: configuration.servesMetrics ? [:] : ["/metrics": Self.noMetrics],
            readiness: { await Self.readiness(client, metrics) }
        )
        logger.notice(
            "manager is running",
            metadata: [
                "namespace": "\(namespace)", "address": "\(options.metricsAddress)",
                "metricsPort": "\(operations.address.port ?? 0)",
            ]
        )
        let leader = LeaderService(
            election: election(client, namespace),
            roster: DutyRoster(
                duties: try duties(client, configuration, namespace, metrics),
                logger: logger
            ),
            metrics: metrics
        )
        // Stopped in the reverse order: metrics can be read until the end.
        try await ServiceGroup(
            services: [OperationsService(server: operations), leader],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        ).run()
        await client.shutdown()
        try await group.shutdownGracefully()
    }

    /// All that only the leader does. They run side by side; a new one is added here.
    private func duties(
        _ client: KubernetesClient,
        _ configuration: ServerConfiguration,
        _ namespace: String,
        _ metrics: ManagerMetrics
    ) throws -> [any Duty] {
        [
            WebhookCertificateDuty(
                client,
                names: options.certificate.names(namespace: namespace, clusterDomain: configuration.clusterDomain),
                policy: try options.certificate.policy(),
                resync: configuration.resyncInterval,
                logger: logger,
                observer: metrics.observe(_:)
            )
        ]
    }

    private func election(_ client: KubernetesClient, _ namespace: String) -> LeaderElection {
        LeaderElection(
            client,
            lease: options.lease,
            in: namespace,
            identity: LeaderElection.uniqueIdentity(Self.hostName),
            logger: logger,
            overdue: {
                // Another process may lead now: better none of us than two.
                _exit(1)
            }
        )
    }

    private func readConfiguration() throws(ManagerFailure) -> ServerConfiguration {
        do {
            let configuration = try ServerConfiguration.read(file: options.config)
            level?.level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
            return configuration
        } catch {
            throw .configuration(error)
        }
    }

    private func connect() throws(ManagerFailure) -> KubernetesClient {
        do {
            return try KubernetesClient(
                try ClusterAccess.load(kubeconfig: options.kubeconfig),
                userAgent: "tproxy-manager/\(BuildInformation.version)",
                logger: logger
            )
        } catch {
            throw .cluster("\(error)")
        }
    }

    /// Ready is who reaches the API server, whether it leads or stands by.
    private static func readiness(_ client: KubernetesClient, _ metrics: ManagerMetrics) async -> Readiness {
        do {
            _ = try await client.withTimeout(.seconds(2)).serverVersion()
            return Readiness(isReady: true, text: metrics.isLeading ? "ready, leading\n" : "ready, standing by\n")
        } catch {
            return Readiness(isReady: false, text: "the API server can't be reached: \(error)\n")
        }
    }

    @Sendable private static func noMetrics() -> OperationsResponse {
        .text("metrics are switched off by config.metrics.prometheus.enabled\n", status: 404)
    }

    /// In a pod, the pod's name.
    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "tproxy-manager" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
