import Glibc

/// One of several admission servers behind a balancer, with a certificate that the manager makes.
final class AdmissionReplica: Sendable {
    let port: Int
    private let process: ChildProcess
    private let secret: MountedSecret
    private let directory: TemporaryDirectory
    private let readyURL: String

    /// - Parameter delay: how late it hears of a new certificate.
    init(_ site: CertificateSite, delay: Duration) async throws {
        let ports = try LoopbackPorts.free(2)
        self.port = ports
        self.readyURL = "http://127.0.0.1:\(ports + 1)/readyz"
        self.directory = try TemporaryDirectory()
        self.secret = try await MountedSecret(CertificateSite.servingSecret, of: site, delay: delay)
        let text = AdmissionProcess.Configuration.defaultInstance.text
        self.process = try ChildProcess(
            [Programs.path("tproxy-admission"), "serve", "--address", "127.0.0.1", "--port", "\(ports)"]
                + ["--metrics-port", "\(ports + 1)", "--shutdown-delay", "4"]
                + ["--config", self.directory.write(text, to: "config.yaml")]
                + ["--tls-cert-file", self.secret.path("tls.crt"), "--tls-key-file", self.secret.path("tls.key")]
                + ["--kubeconfig", site.controlPlane.kubeconfig]
        )
    }

    var log: String { self.process.errorOutput + self.process.output }

    func waitUntilReady() async throws {
        _ = try await eventually("an admission server to be ready", within: .seconds(60)) {
            let answer = try await ProcessRunner.run(
                ["/usr/bin/curl", "--silent", "--fail", "--noproxy", "*", self.readyURL]
            )
            return answer.succeeded ? true : nil
        }
    }

    /// Tells it to stop, and calls `unrouted` a little later, as it takes Kubernetes a while to route around it.
    func stop(unrouted: () -> Void = {}) async throws {
        self.process.signal(SIGTERM)
        try await Task.sleep(for: .seconds(1))
        unrouted()
        await self.process.stop()
        await self.secret.stop()
    }
}
