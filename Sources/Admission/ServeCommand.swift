import ArgumentParser
import CommandLineSupport

struct ServeCommand: PlannedCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Serves the validating webhook.")
    static let invocation = "tproxy-admission serve"
    static let version = BuildInformation.version

    @OptionGroup var arguments: AnyArguments
}
