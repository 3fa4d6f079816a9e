import CommandLineSupport
import Configuration
import DestinationController
import Glibc
import Kubernetes
import Logging
import NIOCore
import NIOPosix
import ObjectModel
import ServerSupport
import ServiceLifecycle
import Telemetry
import UnixSignals
import WebhookCertificates

/// Puts the parts of the manager together and runs them until the process is told to stop.
struct Managing: Sendable {
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
        let configuration = try LiveConfiguration(readingFrom: options.cluster.config, level: level)
        let client = try connect()
        let namespace = options.namespace ?? configuration.current.installNamespace ?? client.defaultNamespace
        let registry = MetricsRegistry()
        registry.add(try ProcessMetrics(registry))
        let metrics = try ManagerMetrics(registry)
        let controllerMetrics = try ControllerMetrics(registry)
        let identity = LeaderElection.uniqueIdentity(Self.hostName)
        let pages = ManagerPages(
            identity: identity,
            board: controllerMetrics.board,
            isLeading: { metrics.isLeading },
            holder: { [lease = options.lease] in await Self.holder(of: lease, in: namespace, client) }
        )

        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let readiness: @Sendable () async -> Readiness = { await Self.readiness(client, metrics) }
        let operations = try await OperationsServer.start(
            host: options.metricsAddress,
            port: options.metricsPort,
            group: group,
            registry: registry,
            routes: OperationsRouter.pages(
                registry: registry,
                configuration: configuration,
                readiness: readiness
            ).merging(pages.routes) { _, added in added },
            readiness: readiness
        )
        logger.notice(
            "manager is running",
            metadata: [
                "namespace": "\(namespace)", "address": "\(options.metricsAddress)",
                "metricsPort": "\(operations.address.port ?? 0)",
            ]
        )
        let policy = try options.certificate.policy()
        let leader = LeaderService(
            election: election(client, namespace, identity),
            configuration: configuration,
            roster: { configuration in
                DutyRoster(
                    duties: duties(client, configuration, namespace, policy, metrics, controllerMetrics.board),
                    logger: logger
                )
            },
            metrics: metrics
        )
        let reloader = configuration.reloader(of: options.cluster.config, level: level, logger: logger) { succeeded in
            metrics.reloaded(succeeded: succeeded)
        }
        // Stopped in the reverse order: metrics can be read until the end.
        try await ServiceGroup(
            services: [OperationsService(server: operations), reloader, leader],
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
        _ policy: CertificatePolicy,
        _ metrics: ManagerMetrics,
        _ board: ControllerBoard
    ) -> [any Duty] {
        [
            WebhookCertificateDuty(
                client,
                names: options.certificate.names(namespace: namespace, clusterDomain: configuration.clusterDomain),
                policy: policy,
                resync: configuration.resyncInterval,
                logger: logger,
                observer: metrics.observe(_:)
            ),
            DestinationController(
                client,
                settings: ControllerSettings(
                    configuration,
                    namespace: namespace,
                    quarantine: .seconds(options.quarantine)
                ),
                instance: Self.hostName,
                board: board,
                logger: logger
            ),
        ]
    }

    private func election(_ client: KubernetesClient, _ namespace: String, _ identity: String) -> LeaderElection {
        LeaderElection(
            client,
            lease: options.lease,
            in: namespace,
            identity: identity,
            logger: logger,
            overdue: {
                // Another process may lead now: better none of us than two.
                _exit(1)
            }
        )
    }

    private func connect() throws(StartFailure) -> KubernetesClient {
        do {
            return try KubernetesClient(
                try ClusterAccess.load(kubeconfig: options.cluster.kubeconfig),
                userAgent: "tproxy-manager/\(BuildInformation.version)",
                logger: logger
            )
        } catch {
            throw StartFailure("\(error)")
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

    /// Who leads, as the API server has it.
    private static func holder(of lease: String, in namespace: String, _ client: KubernetesClient) async -> String? {
        let object = try? await client.withTimeout(.seconds(2)).get(.leases, lease, in: namespace)
        guard let holder = object?["spec"]?["holderIdentity"]?.stringValue, !holder.isEmpty else { return nil }
        return holder
    }

    /// In a pod, the pod's name.
    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "tproxy-manager" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
