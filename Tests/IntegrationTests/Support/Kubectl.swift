import FoundationEssentials
import ObjectModel

/// The real kubectl, as one user of one server.
struct Kubectl: Sendable {
    let kubeconfig: String
    /// Where kubectl keeps what it learned of the server: not in the home of who runs the tests.
    let cacheDirectory: String
    /// What runs it where the server is, if that isn't here.
    var wrapper: [String] = []

    /// Runs kubectl with these arguments, whatever comes of it.
    ///
    /// - Parameter input: what it reads on standard input.
    func run(_ arguments: [String], input: String = "") async throws -> ProcessResult {
        try await ProcessRunner.run(self.command(arguments), environment: self.environment, input: input)
    }

    /// Runs kubectl, which has to succeed, and gives its output.
    @discardableResult
    func check(_ arguments: [String], input: String = "") async throws -> String {
        let result = try await self.run(arguments, input: input)
        guard result.succeeded else {
            throw ProcessFailure(program: "kubectl " + arguments.joined(separator: " "), result: result)
        }
        return result.output
    }

    /// What the API server would say if this object were created, which it isn't.
    ///
    /// By a raw call: for `--dry-run=server`, old versions of kubectl ask things that new servers don't know.
    ///
    /// - Parameter path: where objects of its kind are, such as `/api/v1/namespaces`.
    func dryRun(creating object: ObjectValue, at path: String) async throws -> ProcessResult {
        try await self.run(
            ["create", "--raw", "\(path)?dryRun=All", "-f", "-"],
            input: String(decoding: object.json(), as: UTF8.self)
        )
    }

    /// Starts kubectl without waiting for its end, which is the caller's business.
    func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(self.command(arguments), environment: self.environment)
    }

    /// The program and its arguments.
    func command(_ arguments: [String]) -> [String] {
        self.wrapper + ["/usr/bin/env", "kubectl", "--cache-dir", self.cacheDirectory] + arguments
    }

    private var environment: [String: String] {
        let inherited = ProcessInfo.processInfo.environment
        let path = [inherited["KUBEBUILDER_ASSETS"], inherited["PATH"]].compactMap(\.self).joined(separator: ":")
        return ["KUBECONFIG": self.kubeconfig, "PATH": path]
    }
}
