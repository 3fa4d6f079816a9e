import ArgumentParser
import CommandLineSupport

/// A subcommand of the plugin that a later release will have.
protocol PluginPlannedCommand: PlannedCommand {
    static var name: String { get }
    static var abstract: String { get }
}

extension PluginPlannedCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: abstract)
    }

    static var invocation: String {
        "kubectl tproxy \(name)"
    }

    static var version: String {
        BuildInformation.version
    }
}
