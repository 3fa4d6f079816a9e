import ArgumentParser
import CommandLineSupport

@main
struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubectl tproxy",
        abstract: "Creates, explains and tests the Destinations of the transparent proxy.",
        discussion: """
            Applications open a plain connection to a Service and speak SMTP; the mail leaves over SMTPS, logged in as the
            right tenant. A Destination says which mail server that is, and makes the Services.

            From nothing to a sent mail:
              kubectl tproxy check                      # is all installed, does it work?
              kubectl tproxy create mail-dest --wait    # a Service mail-dest, port 465
              kubectl tproxy describe mail-dest         # how it fares, how to use it
              kubectl tproxy send mail-dest --to me@example.com --from app@example.com
            """,
        version: "kubectl-tproxy \(BuildInformation.version)",
        subcommands: [
            CreateCommand.self, GetCommand.self, DescribeCommand.self, ValidateCommand.self, TenantsCommand.self,
            SendCommand.self, CheckCommand.self, DeleteCommand.self, TemplateCommand.self,
            VersionCommand.self, CompletionCommand.self, CompleteCommand.self,
        ]
    )
}
