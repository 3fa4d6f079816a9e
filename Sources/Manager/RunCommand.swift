import ArgumentParser
import CommandLineSupport

struct RunCommand: PlannedCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Runs the controller.")
    static let invocation = "tproxy-manager run"
    static let version = BuildInformation.version

    @OptionGroup var arguments: AnyArguments
}
