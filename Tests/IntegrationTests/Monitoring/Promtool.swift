import TestSupport

/// Prometheus's own checks.
enum Promtool {
    /// Where what there is to check lies.
    static func path(_ file: String) -> String { Repository.path("manifests/monitoring/\(file)") }

    /// Runs promtool, whatever comes of it.
    static func run(_ arguments: [String], input: String = "") async throws -> ProcessResult {
        try await ProcessRunner.run(["/usr/bin/env", "promtool"] + arguments, input: input)
    }
}
