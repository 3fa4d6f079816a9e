/// `tproxy-manager run` for a site, as a pod of its Deployment.
final class ManagerServer: Sendable {
    let process: ChildProcess
    let metricsPort: Int

    /// - Parameters:
    ///   - kubeconfig: the administrator's by default.
    ///   - options: further ones for its command line.
    init(_ site: ProductSite, kubeconfig: String? = nil, options: [String] = []) throws {
        self.metricsPort = try LoopbackPorts.free()
        self.process = try ChildProcess(
            [Programs.path("tproxy-manager"), "run", "--config", site.configuration]
                + ["--kubeconfig", kubeconfig ?? site.controlPlane.kubeconfig, "--namespace", site.namespace]
                + ["--metrics-address", "127.0.0.1", "--metrics-port", "\(self.metricsPort)"]
                // None of this name exists: the webhook is no business of these tests.
                + ["--webhook-configuration", "none-\(site.namespace)"] + options
        )
    }

    /// What it has logged.
    var log: String { self.process.errorOutput + self.process.output }

    /// One of its pages.
    func page(_ path: String) async throws -> String {
        try await HTTP.get("http://127.0.0.1:\(self.metricsPort)\(path)")
    }
}
