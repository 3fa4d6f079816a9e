import ArgumentParser
import CommandLineSupport

@main
struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubectl tproxy",
        abstract: "Creates, explains and tests the Destinations of the transparent proxy.",
        version: "kubectl-tproxy \(BuildInformation.version)",
        subcommands: [
            CreateCommand.self, GetCommand.self, DescribeCommand.self, ValidateCommand.self, TenantsCommand.self,
            SendCommand.self, CheckCommand.self, DeleteCommand.self, TemplateCommand.self,
            VersionCommand.self, CompletionCommand.self,
        ]
    )
}
