import ArgumentParser
import CommandLineSupport
import Configuration
import Logging
import ServerSupport
import Telemetry

/// `tproxy-relay run`: the relay in a cluster.
struct RunCommand: AsyncParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the relay in a cluster.",
        discussion: """
            The routes are those of the relay Services in the install namespace, which the manager makes: each is served \
            on a port of its own, opened and closed as its Service comes and goes. Destinations come from the instances \
            of the configuration. Without the API server, and without the Destination service, what is known serves on.

            /healthz, /readyz, /metrics, /routes and /routes/changes are served on the metrics port. Ready is a relay \
            that has read the whole list of routes and tried each port; one that can't be had is logged, measured and \
            tried again.

            In a pod it uses the pod's service account, elsewhere --kubeconfig. SIGTERM or SIGINT makes it unready at \
            once; it serves on for --shutdown-delay, lets transactions finish within --grace-period, and ends with code \
            0. Three seconds later it ends at all events, with code 70 if something hung. 1 says that it can't run, 64 \
            that it was called wrongly.

            Examples:
              tproxy-relay run --config /etc/tproxy/config.yaml
              tproxy-relay run --config config.yaml --kubeconfig ~/.kube/config --namespace tproxy-system
            """
    )

    @OptionGroup
    var cluster: ClusterOptions

    @Option(help: "The install namespace. Default: installNamespace of the configuration, else the pod's namespace.")
    var namespace: String?

    @Option(help: "The address to listen on for applications; by default all, of IPv6 and IPv4.")
    var address = ListenAddress.any

    @Option(help: "The address of /metrics, /healthz, /readyz and the pages about routes; by default all.")
    var metricsAddress = ListenAddress.any

    @Option(help: "Their port; 0 for any.")
    var metricsPort = ServerConfiguration.metricsPort

    @Option(help: "Seconds to serve on after being told to stop, while others hear that this relay is going.")
    var shutdownDelay = 10

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @OptionGroup(title: "Log")
    var log: LogOptions

    func validate() throws {
        try OptionBound.check([
            ("metrics-port", metricsPort, 0...65_535), ("shutdown-delay", shutdownDelay, 0...3600),
        ])
    }

    func run() async throws {
        try await log.run("tproxy-relay") { logger, level in
            try await ClusterRelay(self, level: level, logger: logger).run()
        }
    }
}
