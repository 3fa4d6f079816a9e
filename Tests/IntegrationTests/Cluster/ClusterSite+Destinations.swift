import TestSupport

extension ClusterSite {
    /// Makes a namespace for `body`, and lets it go afterwards.
    func withNamespace<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        try await self.kubectl.check(["create", "namespace", name])
        func remove() async {
            _ = try? await self.kubectl.run(["delete", "namespace", name, "--wait=false"])
        }
        do {
            let result = try await body()
            await remove()
            return result
        } catch {
            await remove()
            throw error
        }
    }

    /// Applies a sample, with another instance in the place of its own.
    func apply(sample: String, instance: String, in namespace: String) async throws {
        let text = try Repository.text("manifests/samples/\(sample)")
        let line = "destinationServiceInstanceName: "
        try await self.kubectl.check(
            ["apply", "-n", namespace, "-f", "-"],
            input: text.replacing(line + "dest-service", with: line + instance)
        )
    }

    /// Waits as a person would until all Destinations of a namespace can be used.
    func waitUntilAvailable(in namespace: String) async throws {
        let result = try await self.kubectl.run([
            "wait", "--for=condition=Available", "--timeout=50s", "-n", namespace, "destination", "--all",
        ])
        guard !result.succeeded else { return }
        let found = try await self.kubectl.run(["get", "destinations", "-n", namespace, "-o", "yaml"])
        var output = found.output
        for image in [ServerImage.manager, .relay] { output += await self.log(of: image) }
        throw ProcessFailure(
            program: "kubectl wait",
            result: ProcessResult(status: result.status, output: output, errorOutput: result.errorOutput)
        )
    }

    /// What a server's pods log from now on. Whoever asks for it stops it.
    func followLogs(of image: ServerImage) async throws -> [ChildProcess] {
        try await self.readyPods(of: image).map { pod in
            try self.kubectl.start(["logs", "--follow", "--tail=0", "-n", Self.namespace, pod])
        }
    }

    /// The last lines of a server's pods.
    func log(of image: ServerImage) async -> String {
        let selector = ["-n", Self.namespace, "-l", "app.kubernetes.io/name=\(image.rawValue)"]
        return (try? await self.kubectl.run(["logs", "--prefix", "--tail=40"] + selector).output) ?? ""
    }
}
