import TestSupport
import Testing

/// The plugin as kubectl runs it.
struct PluginSite {
    let kubectl: Kubectl

    init(kubectl: Kubectl) {
        self.kubectl = kubectl
    }

    /// Beside an API server and a manager.
    init(run: ControllerRun) {
        self.init(kubectl: run.kubectl)
    }

    /// Runs `kubectl tproxy`.
    ///
    /// - Parameter columns: The width of its terminal; `nil` for none.
    func tproxy(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        columns: Int? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> ProcessResult {
        try await ProcessRunner.run(
            self.command(["tproxy"] + arguments, environment: environment, columns: columns),
            environment: [:],
            input: input,
            within: limit
        )
    }

    /// A terminal, or what stands in for one.
    struct Form: Sendable {
        let name: String
        let environment: [String: String]
        var columns: Int?
    }

    static let forms = [
        Form(name: "piped", environment: [:]), Form(name: "terminal", environment: [:], columns: 120),
        Form(name: "narrow", environment: ["NO_COLOR": "1"], columns: 60),
        Form(name: "ascii", environment: ["LC_ALL": "C", "NO_COLOR": "1"], columns: 120),
    ]

    /// The same several times, while `body` looks on. Whatever becomes of that, nothing goes on running.
    ///
    /// - Parameter calls: The arguments, and the width of the terminal.
    func whileRunning(
        _ calls: [(arguments: [String], columns: Int?)],
        _ body: ([ChildProcess]) async throws -> Void
    ) async throws {
        var processes: [ChildProcess] = []
        let outcome: Result<Void, any Error>
        do {
            for call in calls {
                processes.append(try ChildProcess(self.command(["tproxy"] + call.arguments, columns: call.columns)))
            }
            outcome = .success(try await body(processes))
        } catch {
            outcome = .failure(error)
        }
        for process in processes { await process.stop() }
        try outcome.get()
    }

    /// What kubectl offers for the last of these words behind `kubectl tproxy`.
    func completion(_ words: [String]) async throws -> ProcessResult {
        try await ProcessRunner.run(self.command(["__complete", "tproxy"] + words), environment: [:])
    }

    /// A call of kubectl, which sees nothing of the environment that the tests run in: some set `NO_COLOR`.
    func command(
        _ arguments: [String],
        environment: [String: String] = [:],
        columns: Int? = nil
    ) -> [String] {
        let command =
            self.kubectl.wrapper + ["/usr/bin/env", "-i"]
            + self.environment.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
            + ["kubectl"] + arguments
        return columns.map { PseudoTerminal.command(command, columns: $0) } ?? command
    }

    private var environment: [String: String] {
        let path = [
            "\(Programs.path("").dropLast())", Repository.path("scripts"), "/usr/local/bin", "/usr/bin", "/bin",
        ]
        return [
            "KUBECONFIG": self.kubectl.kubeconfig, "KUBECACHEDIR": self.kubectl.cacheDirectory,
            "LC_ALL": "C.UTF-8", "PATH": path.joined(separator: ":"), "TERM": "xterm",
        ]
    }
}
