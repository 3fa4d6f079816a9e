import ArgumentParser
import CommandLineSupport

@main
struct ManagerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tproxy-manager",
        abstract: "Turns Destinations into Services, relay routes and status.",
        version: "tproxy-manager \(BuildInformation.version)",
        subcommands: [RunCommand.self]
    )
}
