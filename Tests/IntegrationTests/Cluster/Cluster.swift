import FoundationEssentials
import TestSupport

/// A whole Kubernetes cluster, in which pods run: one that `scripts/cluster` starts, or one that is given.
///
/// Given by environment variables: `KUBECONFIG` with administrator's rights, which counts for `make e2e` alone;
/// `TPROXY_E2E_ADDRESS`, at which its pods reach this machine; `TPROXY_E2E_LOAD`, a command that takes an image archive
/// as its last argument, such as `kind load image-archive` (without it, the images are expected to be there); and
/// `TPROXY_E2E_TOOLS`, an image with telnet, nc and a shell.
final class Cluster: Sendable {
    let kubectl: Kubectl
    /// What pods reach this machine's servers by.
    let address: String
    /// The network namespace where that address is, as a file; `nil` for this process's own.
    let networkNamespace: String?
    /// The image of applications.
    let tools: String
    private let loader: [String]
    private let own: Own?

    /// What the script started.
    private struct Own: Sendable {
        let process: ChildProcess
        let lifeline: Lifeline
    }

    /// It ended instead of serving.
    struct Failure: Error, CustomStringConvertible {
        let errorOutput: String

        var description: String { "the cluster didn't start: \(self.errorOutput.suffix(4000))" }
    }

    /// Whether there is one, or can be. Says why not.
    static func isPossible() async throws -> Bool {
        if try Given(ProcessInfo.processInfo.environment) != nil { return true }
        let result = try await ProcessRunner.run([Self.script, "possible"])
        if result.succeeded { return true }
        if Self.isAskedFor(ProcessInfo.processInfo.environment) { throw Failure(errorOutput: result.errorOutput) }
        Progress.say("skipped: \(result.errorOutput)")
        return false
    }

    /// - Parameter directory: for kubectl.
    init(directory: TemporaryDirectory) async throws {
        let cache = directory.path("kubectl-cache")
        if let given = try Given(ProcessInfo.processInfo.environment) {
            self.kubectl = Kubectl(kubeconfig: given.kubeconfig, cacheDirectory: cache)
            self.address = given.address
            self.networkNamespace = nil
            self.tools = given.tools
            self.loader = given.loader
            self.own = nil
            return
        }
        let folder = TemporaryDirectory.unusedPath()
        let lifeline = try Lifeline()
        let process = try ChildProcess([Self.script, "run", folder], lifeline: lifeline)
        do {
            try await eventually("the cluster to serve", within: .seconds(300)) { () -> Void? in
                if process.exitStatus != nil { throw Failure(errorOutput: process.errorOutput) }
                return process.output.hasSuffix("\n") ? () : nil
            }
        } catch {
            await process.stop(within: .seconds(60))
            throw error
        }
        self.kubectl = Kubectl(
            kubeconfig: "\(folder)/cp/admin.kubeconfig",
            cacheDirectory: cache,
            wrapper: ["\(folder)/in"]
        )
        self.address = "198.51.100.2"
        let name = try String(contentsOf: URL(filePath: "\(folder)/netns"), encoding: .utf8).split(separator: "\n")
        self.networkNamespace = "/run/netns/\(name.joined())-out"
        self.tools = "docker.io/library/tools:1"
        self.loader = ["\(folder)/load"]
        self.own = Own(process: process, lifeline: lifeline)
    }

    /// Whether somebody else has use of it after us.
    var isShared: Bool { self.own == nil }

    /// Makes an image known to its nodes.
    func load(archive: String) async throws {
        guard !self.loader.isEmpty else { return }
        try await ProcessRunner.check(["/usr/bin/env"] + self.loader + [archive])
    }

    /// Makes the images of all servers and loads them.
    ///
    /// - Parameter directory: where each is kept for that long.
    func loadImages(_ directory: TemporaryDirectory) async throws {
        for image in ServerImage.allCases {
            let archive = directory.path("\(image.rawValue).tar")
            Progress.say("image " + (try await image.write(to: archive)))
            try await self.load(archive: archive)
            try FileManager.default.removeItem(atPath: archive)
        }
    }

    /// Keeps packets between a pod and the API server from both for as long as `body` takes.
    ///
    /// Only where the cluster is the tests' own: it is done where the API server is.
    func withoutAPIServer(pod: String, in namespace: String, _ body: () async throws -> Void) async throws {
        let address = try await self.kubectl.check([
            "get", "pod", pod, "-n", namespace, "-o", "jsonpath={.status.podIP}",
        ])
        let server = try await self.kubectl.check(["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"])
        let port = server.split(separator: ":").last.map(String.init) ?? ""
        func change(_ how: String) async throws {
            for rule in [["INPUT", "-s", address, "--dport"], ["OUTPUT", "-d", address, "--sport"]] {
                let (chain, match) = (rule[0], Array(rule[1...]))
                let command = ["iptables", "--wait", how, chain, "-p", "tcp"] + match + [port, "-j", "DROP"]
                try await ProcessRunner.check(self.kubectl.wrapper + command)
            }
        }
        try await change("--insert")
        do {
            try await body()
        } catch {
            try? await change("--delete")
            throw error
        }
        try await change("--delete")
    }

    /// Takes down what the script started.
    func stop() async {
        await self.own?.process.stop(within: .seconds(120))
    }

    private static let script = Repository.path("scripts/cluster")

    /// Whether somebody asks for these tests, as `make e2e` does: who does so wants them to fail, not to be skipped.
    private static func isAskedFor(_ environment: [String: String]) -> Bool { environment["TPROXY_E2E"] == "yes" }
}

extension Cluster {
    /// What environment variables say of a cluster that is there.
    struct Given: Equatable {
        let kubeconfig: String
        let address: String
        let tools: String
        let loader: [String]

        /// - Returns: `nil` where they name no cluster for these tests. Most who work with Kubernetes have `KUBECONFIG`
        ///   set, to a cluster that running all tests is not to touch.
        init?(_ environment: [String: String]) throws {
            func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
            guard Cluster.isAskedFor(environment), let kubeconfig = value("KUBECONFIG") else { return nil }
            guard let address = value("TPROXY_E2E_ADDRESS") else {
                throw Failure(
                    errorOutput: "TPROXY_E2E_ADDRESS: at what address do pods of \(kubeconfig) reach this machine?"
                )
            }
            self.kubeconfig = kubeconfig
            self.address = address
            self.tools = value("TPROXY_E2E_TOOLS") ?? "docker.io/library/busybox:1.36"
            self.loader = (value("TPROXY_E2E_LOAD") ?? "").split(separator: " ").map(String.init)
        }
    }
}
