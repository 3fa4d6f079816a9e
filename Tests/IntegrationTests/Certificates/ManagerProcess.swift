/// The manager itself, `tproxy-manager run`, as a Deployment would start it.
final class ManagerProcess: Sendable {
    let process: ChildProcess
    private let metricsURL: String
    private let directory: TemporaryDirectory

    /// How long things last, in seconds; short enough to see them all in a minute.
    struct Durations: Sendable {
        var authority = 730 * 86_400
        var leaf = 90 * 86_400
        var bundlePropagation = 600
        var leafPropagation = 3600

        /// A new authority every 24 seconds, a new leaf at least every 8.
        static let short = Durations(authority: 36, leaf: 12, bundlePropagation: 3, leafPropagation: 3)
    }

    init(_ site: CertificateSite, _ durations: Durations) throws {
        let port = try LoopbackPorts.free()
        self.directory = try TemporaryDirectory()
        self.metricsURL = "http://127.0.0.1:\(port)"
        self.process = try ChildProcess(
            [Programs.path("tproxy-manager"), "run"]
                + [
                    "--config",
                    self.directory.write(
                        "config: {managedNamespacesMode: labelSelector, logging: {level: info}}\n",
                        to: "config.yaml"
                    ),
                ]
                + ["--kubeconfig", site.controlPlane.kubeconfig, "--namespace", site.namespace]
                + ["--metrics-address", "127.0.0.1", "--metrics-port", "\(port)"]
                + ["--webhook-configuration", site.webhookConfiguration, "--dns-name", "localhost"]
                + ["--authority-lifetime", "\(durations.authority)", "--leaf-lifetime", "\(durations.leaf)"]
                + ["--bundle-propagation", "\(durations.bundlePropagation)"]
                + ["--leaf-propagation", "\(durations.leafPropagation)"]
        )
    }

    /// What it has logged.
    var log: String { self.process.errorOutput + self.process.output }

    /// One of its pages.
    func page(_ path: String) async throws -> String {
        try await ProcessRunner.run(
            ["/usr/bin/curl", "--silent", "--noproxy", "*", self.metricsURL + path]
        ).output
    }

    /// The value of a metric without labels or with these; `nil` where there is none.
    func metric(_ name: String) async throws -> Double? {
        let lines = try await self.page("/metrics").split(separator: "\n")
        return lines.first { $0.hasPrefix(name + " ") }?.split(separator: " ").last.flatMap { Double($0) }
    }

    func waitUntilLeading() async throws {
        _ = try await eventually("the manager to lead", within: .seconds(60)) {
            if let status = self.process.exitStatus { throw Ended(status: status, log: self.log) }
            return try await self.metric("tproxy_manager_leading") == 1 ? true : nil
        }
    }

    struct Ended: Error {
        let status: ExitStatus
        let log: String
    }
}
