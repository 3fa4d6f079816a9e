import ArgumentParser
import CommandLineSupport
import Logging
import ServerSupport
import Telemetry

/// `tproxy-manager run`: the controller.
struct RunCommand: AsyncParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the controller.",
        discussion: """
            Several may run: one leads, by a Lease, and works; the others stand by and take over at once when it stops, \
            or within 15 seconds when it is lost. The leader gives every tenant of every Destination a Service and a \
            port of the relays, and says in their status how they fare. It also makes and renews the admission \
            webhook's certificate, kept in two Secrets, and keeps its authority in the webhook configuration, so that \
            no call ever fails for it.

            /healthz, /readyz and /metrics are served on the metrics port, and for operators /status and \
            /destinationCRs, of which the leader alone knows what they say of Destinations.

            In a pod it uses the pod's service account, elsewhere --kubeconfig. SIGTERM or SIGINT ends it with code 0 \
            and gives the Lease up; 1 says that it can't run, 64 that it was called wrongly.

            Examples:
              tproxy-manager run --config /etc/tproxy/config.yaml
              tproxy-manager run --config config.yaml --kubeconfig ~/.kube/config --namespace tproxy-system
            """
    )

    @OptionGroup
    var cluster: ClusterOptions

    @Option(help: "The install namespace. Default: installNamespace of the configuration, else the pod's namespace.")
    var namespace: String?

    @Option(help: "The address of /metrics, /healthz and /readyz; by default all, of IPv6 and IPv4.")
    var metricsAddress = ListenAddress.any

    @Option(help: "Their port; 0 for any.")
    var metricsPort = 9494

    @Option(help: ArgumentHelp("The Lease by which the leader is found.", valueName: "NAME"))
    var lease = "tproxy-manager"

    /// How many seconds a relay port that was given up is nobody's; for tests.
    @Option(help: .hidden)
    var quarantine = 600.0

    @OptionGroup(title: "The webhook's certificate")
    var certificate: CertificateOptions

    @OptionGroup(title: "Log")
    var log: LogOptions

    func validate() throws {
        try OptionBound.check([("metrics-port", metricsPort, 0...65_535)])
        guard quarantine >= 0, quarantine <= 86_400 else {
            throw ValidationError("--quarantine must be between 0 and 86400")
        }
    }

    func run() async throws {
        try await log.run("tproxy-manager") { logger, level in
            try await Managing(self, level: level, logger: logger).run()
        }
    }
}
