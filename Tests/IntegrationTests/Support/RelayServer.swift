import Kubernetes
import ObjectModel

/// `tproxy-relay run` for a site, with the Pod object that the cluster would know it by.
///
/// Each relay has a loopback address of its own, as each pod has: all of them listen on the same ports.
final class RelayServer: Sendable {
    let process: ChildProcess
    let address: String
    let metricsPort: Int
    /// The name of its Pod.
    let name: String
    private let site: ProductSite

    /// Starts a relay without waiting for anything. No Pod stands for it yet.
    ///
    /// - Parameters:
    ///   - number: which of the site's relays it is; the first listens on 127.0.0.1.
    ///   - kubeconfig: the administrator's by default.
    ///   - options: further ones for its command line.
    init(_ site: ProductSite, number: Int = 1, kubeconfig: String? = nil, options: [String] = []) throws {
        self.site = site
        self.address = "127.0.0.\(number)"
        self.name = "relay-pod-\(number)-\(MailAccount.random().prefix(6))"
        self.metricsPort = try LoopbackPorts.free()
        self.process = try ChildProcess(
            [Programs.path("tproxy-relay"), "run", "--config", site.configuration]
                + ["--kubeconfig", kubeconfig ?? site.controlPlane.kubeconfig, "--namespace", site.namespace]
                + [
                    "--address", self.address, "--metrics-address", self.address, "--metrics-port",
                    "\(self.metricsPort)",
                ]
                + ["--shutdown-delay", "0"] + options
        )
    }

    /// Starts a relay, waits until it is ready, and has a ready Pod stand for it.
    static func start(
        _ site: ProductSite,
        number: Int = 1,
        kubeconfig: String? = nil,
        options: [String] = []
    ) async throws -> RelayServer {
        let relay = try RelayServer(site, number: number, kubeconfig: kubeconfig, options: options)
        do {
            try await relay.waitUntilReady()
            try await relay.createPod()
            try await relay.setReady(true)
            return relay
        } catch {
            await relay.process.stop()
            throw Failure(cause: error, log: relay.log)
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let cause: any Error
        let log: String

        var description: String { "\(self.cause)\nthe relay's log:\n\(self.log.suffix(4000))" }
    }

    /// What it has logged.
    var log: String { self.process.errorOutput + self.process.output }

    /// One of its pages.
    func page(_ path: String) async throws -> String {
        try await HTTP.get("http://\(self.address):\(self.metricsPort)\(path)")
    }

    func waitUntilReady() async throws {
        try await eventually("the relay to be ready", within: .seconds(60)) { () -> Void? in
            if let status = self.process.exitStatus { throw Ended(status: status) }
            return (try? await self.page("/readyz")) == nil ? nil : ()
        }
    }

    struct Ended: Error {
        let status: ExitStatus
    }

    /// Ends the relay as a kubelet would: the Pod goes first.
    func stop() async {
        _ = try? await self.site.client.delete(.pods, self.name, in: self.site.namespace)
        await self.process.stop()
    }
}

// MARK: The Pod

extension RelayServer {
    /// Has a Pod stand for it, which isn't ready yet.
    func createPod() async throws {
        let pod = ObjectValue.object([
            "metadata": .object([
                "name": .string(self.name), "namespace": .string(self.site.namespace),
                "labels": .object(["app.kubernetes.io/name": .string("tproxy-relay")]),
            ]),
            "spec": .object([
                "containers": .array([
                    .object([
                        "name": .string("relay"), "image": .string("tproxy-relay:dev"),
                        "ports": .array([
                            .object(["name": .string("metrics"), "containerPort": .integer(self.metricsPort)])
                        ]),
                    ])
                ]),
                // No kubelet confirms a deletion here.
                "terminationGracePeriodSeconds": .integer(0),
            ]),
        ])
        try await self.site.client.create(.pods, pod)
    }

    /// Says what a kubelet says of it.
    func setReady(_ isReady: Bool) async throws {
        let status = ObjectValue.object([
            "phase": .string("Running"), "podIP": .string(self.address),
            "podIPs": .array([.object(["ip": .string(self.address)])]),
            "conditions": .array([
                .object(["type": .string("Ready"), "status": .string(isReady ? "True" : "False")])
            ]),
        ])
        let patch = ObjectValue.object(["status": status])
        try await self.site.client.patchStatus(.pods, self.name, in: self.site.namespace, patch)
    }
}
