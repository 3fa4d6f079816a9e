/// Where the candidates for a word come from.
enum CompletionSource: Hashable, Sendable {
    /// A word, and what it means.
    struct Candidate: Hashable, Sendable {
        let text: String
        var summary = ""
    }

    case fixed([Candidate])
    case destinations
    /// Those of a Destination.
    case tenants(of: String)
    case namespaces
    case contexts
    /// The shell knows them.
    case files

    init(_ line: CompletionLine, grammar: CommandGrammar) {
        switch line.place {
        case .command:
            self = .fixed(grammar.commands.map { Candidate(text: $0.name, summary: $0.summary) })
        case .optionName:
            let options = line.command?.options ?? []
            self = .fixed(
                options.compactMap { option in
                    option.names.first.map { Candidate(text: $0, summary: option.summary) }
                }
            )
        case .optionValue(let option, _):
            self =
                option.values.isEmpty
                ? Self(optionValue: option, line) : .fixed(option.values.map { Candidate(text: $0) })
        case .positional(let positional, _):
            self =
                positional.values.isEmpty
                ? Self(positional, line) : .fixed(positional.values.map { Candidate(text: $0) })
        case .other:
            self = .fixed([])
        }
    }

    private init(optionValue option: CommandGrammar.Option, _ line: CompletionLine) {
        self =
            switch option.names.first {
            case "--namespace", "--system-namespace": .namespaces
            case "--context": .contexts
            case "--kubeconfig", "--filename": .files
            case "--tenant" where line.command?.name == "send" && !line.positionals.isEmpty:
                .tenants(of: line.positionals[0])
            default: .fixed([])
            }
    }

    private init(_ positional: CommandGrammar.Positional, _ line: CompletionLine) {
        let existing: Set = ["get", "describe", "delete", "tenants", "send", "check"]
        switch (line.command?.name ?? "", positional.valueName) {
        case (let command, "name") where existing.contains(command): self = .destinations
        case ("tenants", "subdomain") where line.positionals.dropFirst().first == "remove":
            self = .tenants(of: line.positionals[0])
        default: self = .fixed([])
        }
    }
}
