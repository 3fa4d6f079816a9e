import ObjectModel
import Testing

/// The plugin as kubectl runs it, beside an API server and a manager.
struct PluginSite {
    let run: ControllerRun

    /// Runs `kubectl tproxy`.
    func tproxy(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> ProcessResult {
        try await ProcessRunner.run(
            ["/usr/bin/env"] + self.environment.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
                + ["kubectl", "tproxy"] + arguments,
            environment: [:],
            input: input
        )
    }

    private var environment: [String: String] {
        [
            "KUBECONFIG": self.run.kubectl.kubeconfig, "KUBECACHEDIR": self.run.kubectl.cacheDirectory,
            "LC_ALL": "C.UTF-8", "PATH": "\(Programs.path("").dropLast()):/usr/local/bin:/usr/bin:/bin",
        ]
    }
}
