/// The admission server itself, `tproxy-admission serve`, as a Deployment would start it.
final class AdmissionProcess: Sendable {
    let process: ChildProcess
    let url: String
    let port: Int
    private let authority: TestCA
    private let directory: TemporaryDirectory
    /// Outlives the process.
    private let cgroup: MemoryCgroup?

    /// How the proxy is configured.
    enum Configuration: String, Sendable {
        /// The instance `dest-service` is the default one.
        case defaultInstance
        /// There is the instance `dest-service`, but no default.
        case noDefaultInstance

        /// The configuration file.
        var text: String {
            """
            config:
              integration:
                destinationService:
            \(self == .defaultInstance ? "      defaultInstanceName: dest-service\n" : "")\
                  instances:
                    - name: dest-service
                      serviceCredentials:
                        secretName: dest-service-binding

            """
        }
    }

    /// It ended instead of serving.
    struct Failure: Error {
        let status: ExitStatus
        let errorOutput: String
    }

    /// Starts a server, without waiting for anything.
    ///
    /// - Parameters:
    ///   - kubeconfig: how it reaches the API server; without one it knows of no other Destinations.
    ///   - clientCA: the authority of those who may send reviews; without one, all may.
    ///   - descriptors: how many files and sockets it may have.
    ///   - cgroup: what bounds its memory, under the allocator's setting that the Deployment has.
    init(
        _ configuration: Configuration,
        authority: TestCA,
        kubeconfig: String? = nil,
        clientCA: String? = nil,
        descriptors: Int? = nil,
        cgroup: MemoryCgroup? = nil
    ) throws {
        let port = try LoopbackPorts.free()
        self.port = port
        self.directory = try TemporaryDirectory()
        self.authority = authority
        self.cgroup = cgroup
        self.url = "https://127.0.0.1:\(port)"
        self.process = try ChildProcess(
            (descriptors.map { ["/bin/sh", "-c", "ulimit -n \($0) && exec \"$@\"", "sh"] } ?? [])
                + (cgroup.map { $0.wrapper + ["env", "MALLOC_MMAP_THRESHOLD_=131072"] } ?? [])
                + [Programs.path("tproxy-admission"), "serve", "--address", "127.0.0.1", "--port", "\(port)"]
                + ["--metrics-port", "\(LoopbackPorts.free())", "--shutdown-delay", "0"]
                + ["--config", self.directory.write(configuration.text, to: "config.yaml")]
                + ["--tls-cert-file", authority.serverCertificate, "--tls-key-file", authority.serverKey]
                + (kubeconfig.map { ["--kubeconfig", $0] } ?? [])
                + (clientCA.map { ["--client-ca-file", $0] } ?? [])
        )
    }

    /// What it has written, anywhere.
    var log: String { self.process.errorOutput }

    func waitUntilReady() async throws {
        try await eventually("the admission server to be ready", within: .seconds(60)) { () -> Void? in
            if let status = self.process.exitStatus { throw Failure(status: status, errorOutput: self.log) }
            return try await self.curl(["--fail", "--output", "/dev/null"], path: "/readyz").succeeded ? () : nil
        }
    }

    /// What it answers to a JSON body.
    ///
    /// - Parameter source: the client's address.
    func post(
        _ json: String,
        to path: String = "/validate",
        from source: String = "127.0.0.1"
    ) async throws -> ProcessResult {
        try await self.curl(
            [
                "--interface", source, "--fail-with-body", "--header", "Content-Type: application/json",
                "--data-binary", "@-",
            ],
            path: path,
            input: json
        )
    }

    /// One of its pages.
    func page(_ path: String, from source: String = "127.0.0.1") async throws -> String {
        try await self.curl(["--interface", source, "--fail"], path: path).output
    }

    private func curl(_ options: [String], path: String, input: String = "") async throws -> ProcessResult {
        try await ProcessRunner.run(
            ["/usr/bin/curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", self.authority.certificate]
                + options + [self.url + path],
            input: input
        )
    }
}
