import ArgumentParser
import CommandLineSupport

/// `tproxy-relay`: the data plane.
@main
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tproxy-relay",
        abstract: "Forwards plain SMTP to SMTPS, logged in as the tenant that the Service stands for.",
        version: "tproxy-relay \(BuildInformation.version)",
        subcommands: [RunCommand.self, StandaloneCommand.self]
    )
}
