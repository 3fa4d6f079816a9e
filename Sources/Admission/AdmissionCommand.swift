import ArgumentParser
import CommandLineSupport

@main
struct AdmissionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tproxy-admission",
        abstract: "Refuses malformed or colliding Destinations before they are stored.",
        version: "tproxy-admission \(BuildInformation.version)",
        subcommands: [ServeCommand.self]
    )
}
