import ArgumentParser

@main
struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "kubectl-tproxy")
}
