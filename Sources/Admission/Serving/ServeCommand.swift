import ArgumentParser
import CommandLineSupport
import Logging
import ServerSupport
import Telemetry

/// `tproxy-admission serve`: the validating webhook.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the validating webhook.",
        discussion: """
            POST /validate answers AdmissionReviews of the API server: Destinations that can't work are refused, with \
            all that is wrong and how to mend it. GET /healthz, /readyz and /metrics are for those who run the server; \
            they are served on the metrics port too, without TLS.

            The certificate, its key, the client authorities and the configuration are read again when their files change.

            With --client-ca-file, POST /validate is for clients whose certificate these authorities have issued, which the \
            API server shows if its --admission-control-config-file says so. The other paths need no certificate.

            Where the cluster can be reached, the server watches its Destinations, to refuse those whose Services would \
            collide. In a pod it uses the pod's service account, elsewhere --kubeconfig.

            Examples:
              tproxy-admission serve --config config.yaml \\
                --tls-cert-file tls.crt --tls-key-file tls.key
              tproxy-admission serve --config config.yaml \\
                --tls-cert-file tls.crt --tls-key-file tls.key \\
                --kubeconfig ~/.kube/config --address 127.0.0.1
            """
    )

    @OptionGroup
    var cluster: ClusterOptions

    @Option(help: ArgumentHelp("The certificate as PEM, with intermediates.", valueName: "FILE"))
    var tlsCertFile: String

    @Option(help: ArgumentHelp("The certificate's key as unencrypted PEM.", valueName: "FILE"))
    var tlsKeyFile: String

    @Option(
        help: ArgumentHelp(
            "The certification authorities of the API server's client certificate as PEM. If set, /validate requires one.",
            valueName: "FILE"
        )
    )
    var clientCAFile: String?

    @Option(
        help: ArgumentHelp(
            "A common name that the client certificate may have; may be repeated. Without it, any.",
            valueName: "NAME"
        )
    )
    var allowedClientName: [String] = []

    @Option(help: "The address to listen on; by default all, of IPv6 and IPv4.")
    var address = ListenAddress.any

    @Option(help: "The webhook's port; 0 for any.")
    var port = 8443

    @Option(help: "The port of /metrics, /healthz and /readyz without TLS; 0 for any.")
    var metricsPort = 9494

    @Option(help: ArgumentHelp("How long to serve on when told to stop.", valueName: "SECONDS"))
    var shutdownDelay = 10

    @OptionGroup(title: "Log")
    var log: LogOptions

    func validate() throws {
        guard allowedClientName.isEmpty || clientCAFile != nil else {
            throw ValidationError("--allowed-client-name requires --client-ca-file")
        }
        try OptionBound.check([("port", port, 0...65_535), ("metrics-port", metricsPort, 0...65_535)])
        guard (0...600).contains(shutdownDelay) else {
            throw ValidationError("--shutdown-delay must be between 0 and 600 seconds")
        }
    }

    func run() async throws {
        try await log.run("tproxy-admission", orSay: "can't serve") { logger, level in
            try await Serving(self, level: level, logger: logger).run()
        }
    }
}
