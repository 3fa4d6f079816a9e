import ArgumentParser
import FoundationEssentials
import Glibc

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Says how to have the shell complete kubectl tproxy.",
        discussion: """
            kubectl completes its plugins itself, by an executable kubectl_complete-tproxy on PATH. What is printed for a
            shell goes into the file that it reads when it starts.

            Examples:
              kubectl tproxy completion bash >> ~/.bashrc
              kubectl tproxy completion zsh >> ~/.zshrc
              kubectl tproxy completion fish >> ~/.config/fish/config.fish

              # The executable, where the plugin came without it
              kubectl tproxy completion executable > ~/.local/bin/kubectl_complete-tproxy
              chmod +x ~/.local/bin/kubectl_complete-tproxy
            """
    )

    @Argument(help: ArgumentHelp("bash, zsh, fish, or executable.", valueName: "shell"))
    var target: CompletionTarget

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let errors = Screen(STDERR_FILENO, color: .never, environment: environment)
        do throws(OutputClosed) {
            try Screen(STDOUT_FILENO, color: .never, environment: [:]).write(Array(target.script.utf8))
        } catch {
            throw ExitCode(Outcome.failed.rawValue)
        }
        try? errors.write(target.explanation(path: environment["PATH"] ?? "").map { StyledText($0) })
    }
}
