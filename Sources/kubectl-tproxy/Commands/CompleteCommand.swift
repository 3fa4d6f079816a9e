import ArgumentParser
import Glibc
import ObjectModel

/// Says how a command line goes on: `kubectl_complete-tproxy` calls it, which kubectl calls.
///
/// Whoever types wants no complaints and doesn't wait: without a cluster, there are fewer candidates.
struct CompleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "__complete",
        abstract: "Says how a command line goes on.",
        shouldDisplay: false
    )

    /// How long the cluster may take.
    private static let limit = Duration.seconds(3)

    @Argument(parsing: .postTerminator, help: "The words behind kubectl tproxy.")
    var words: [String] = []

    func run() async throws {
        let grammar = CommandGrammar.plugin()
        let line = CompletionLine(words, grammar: grammar)
        let source = CompletionSource(line, grammar: grammar)
        let candidates = await candidates(source, line)
        let answer = CompletionAnswer(candidates, for: line, takesFiles: source == .files)
        try? Screen(STDOUT_FILENO, color: .never, environment: [:]).write(Array(answer.text.utf8))
    }

    private func candidates(_ source: CompletionSource, _ line: CompletionLine) async -> [CompletionSource.Candidate] {
        if case .fixed(let candidates) = source { return candidates }
        guard let kubectl = kubectl(line) else { return [] }
        return await withTaskGroup(of: [String].self) { group in
            group.addTask { (try? await kubectl.names(source)) ?? [] }
            group.addTask {
                try? await Task.sleep(for: Self.limit)
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }.map { CompletionSource.Candidate(text: $0) }
    }

    /// The cluster that the command line is about.
    private func kubectl(_ line: CompletionLine) -> Kubectl? {
        let names = ["--namespace", "--context", "--kubeconfig", "--as"]
        let given = names.compactMap { name in line.options[name].map { "\(name)=\($0)" } }
        guard let options = try? CommonOptions.parse(given + ["--request-timeout=2s"]) else { return nil }
        return Session(options).kubectl
    }
}

extension Kubectl {
    /// What is in the cluster.
    fileprivate func names(_ source: CompletionSource) async throws -> [String] {
        switch source {
        case .fixed, .files: return []
        case .destinations: return try await lines(["get", Self.destinations, "--output=name"])
        case .namespaces: return try await lines(["get", "namespaces", "--output=name"])
        case .contexts: return try await lines(["config", "get-contexts", "--output=name"], isPath: false)
        case .tenants(let name): return try TenantEdit(try await destination(name)).tenants
        }
    }

    /// - Parameter isPath: Whether each is a kind, a slash and a name.
    private func lines(_ arguments: [String], isPath: Bool = true) async throws -> [String] {
        String(decoding: try await run(arguments).bytes, as: UTF8.self).split(separator: "\n").map { line in
            guard isPath, let slash = line.firstIndex(of: "/") else { return String(line) }
            return String(line[line.index(after: slash)...])
        }
    }
}
