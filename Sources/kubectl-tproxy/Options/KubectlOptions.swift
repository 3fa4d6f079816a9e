import ArgumentParser

/// Which cluster, as whom and where: kubectl's own options, which are passed on to it.
struct KubectlOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The namespace; otherwise the one of the context.")
    var namespace: String?

    @Option(help: "The context of the kubeconfig.")
    var context: String?

    @Option(help: ArgumentHelp("The kubeconfig file.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The user to act as.", valueName: "user"))
    var `as`: String?

    @Option(
        help: ArgumentHelp(
            "How long the API server may take to answer, such as 10s or 1m; 0 for as long as it takes.",
            valueName: "time"
        )
    )
    var requestTimeout = "15s"

    func validate() throws {
        // It becomes part of a path, and what there is none of is named better here.
        let isName = namespace.map { !$0.isEmpty && !$0.contains("/") && $0 != "." && $0 != ".." } ?? true
        if !isName { throw ValidationError("--namespace: that is no name of a namespace") }
    }

    /// The same as a time; `nil` where there is none, or it is only kubectl that can read it.
    var limit: Duration? { WaitTime(argument: requestTimeout)?.duration }

    /// A command that a person is to run, with what leads it to the same cluster.
    func command(_ text: String) -> String {
        let options = [("context", context), ("kubeconfig", kubeconfig)].compactMap { name, value in
            value.map { " --\(name)=\(ShellWord.quoted($0))" }
        }
        guard !options.isEmpty else { return text }
        // kubectl keeps for itself what stands before a plugin's name.
        for start in [#/^kubectl tproxy \S+/#, #/^kubectl/#] {
            if let match = text.firstMatch(of: start) {
                return text[match.range] + options.joined() + text[match.range.upperBound...]
            }
        }
        return text
    }

    /// The options as kubectl takes them. Each is one word, so that no value is taken for an option.
    var flags: [String] {
        let given = [
            ("namespace", namespace), ("context", context), ("kubeconfig", kubeconfig), ("as", self.as),
            ("request-timeout", requestTimeout),
        ]
        return given.compactMap { name, value in value.map { "--\(name)=\($0)" } }
    }
}
