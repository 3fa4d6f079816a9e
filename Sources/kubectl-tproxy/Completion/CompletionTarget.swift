import ArgumentParser
import Glibc

/// Whom to tell how a command line goes on.
enum CompletionTarget: String, ExpressibleByArgument, CaseIterable, Sendable {
    case bash, zsh, fish
    /// What kubectl runs.
    case executable

    static let executableName = "kubectl_complete-tproxy"

    /// What is put where it belongs.
    var script: String {
        switch self {
        case .bash: "source <(kubectl completion bash)\n"
        case .zsh: "autoload -Uz compinit && compinit\nsource <(kubectl completion zsh)\n"
        case .fish: "kubectl completion fish | source\n"
        case .executable:
            """
            #!/bin/sh
            # Says how a command line of kubectl tproxy goes on. kubectl runs it, where it finds it on PATH.
            exec kubectl-tproxy __complete -- "$@" 2>/dev/null

            """
        }
    }

    /// Where it belongs, and what is missing.
    ///
    /// - Parameter path: `PATH`.
    func explanation(path: String) -> [String] {
        let place: String
        switch self {
        case .bash: place = "put this into ~/.bashrc; the package bash-completion has to be installed"
        case .zsh: place = "put this into ~/.zshrc"
        case .fish: place = "put this into ~/.config/fish/config.fish"
        case .executable:
            return [
                "make this an executable file \(Self.executableName) in a folder of PATH, such as that of kubectl-tproxy"
            ]
        }
        let isThere = path.split(separator: ":").contains { access("\($0)/\(Self.executableName)", X_OK) == 0 }
        return [place, "kubectl 1.26 or later then asks \(Self.executableName), which has to be on PATH"]
            + (isThere ? [] : ["it isn't yet; make it: kubectl tproxy completion executable"])
    }
}
