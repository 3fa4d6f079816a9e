import DestinationRules
import FoundationEssentials
import Glibc

/// What a command works with: the cluster, and where it writes.
struct Session: Sendable {
    let kubectl: Kubectl
    /// Results.
    let output: Screen
    /// Progress, warnings and errors.
    let errors: Screen
    /// The namespace that was given.
    let namespace: String?
    /// The namespace that is meant, given or not; `nil` where only kubectl can tell.
    let usualNamespace: String?

    init(_ options: CommonOptions) {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["KUBECTL_PATH"].flatMap { $0.isEmpty ? nil : $0 }
        kubectl = Kubectl(
            options.cluster,
            path: given ?? environment["PATH"].flatMap { Program.path("kubectl", in: $0) }
        )
        namespace = options.cluster.namespace
        usualNamespace = ContextNamespace.find(options.cluster, environment)
        output = Screen(STDOUT_FILENO, color: options.screen.color, environment: environment)
        errors = Screen(STDERR_FILENO, color: options.screen.color, environment: environment)
    }

    /// Says why the command didn't do what it is for.
    func complain(_ text: String) {
        try? errors.write(StyledText("error: ", .bad) + StyledText(text))
    }

    /// Passes on what the API server warns of.
    ///
    /// - Parameter findings: What was shown already, by the same rules that our webhook has.
    func warn(_ warnings: [String], besides findings: [Finding] = []) {
        for warning in warnings where !findings.contains(where: { warning.hasPrefix("\($0.code): ") }) {
            try? errors.write(StyledText("warning: ", .doubtful) + StyledText(warning))
        }
    }
}
