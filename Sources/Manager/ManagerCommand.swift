import ArgumentParser

@main
struct ManagerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tproxy-manager")
}
