import ArgumentParser
import CommandLineSupport

// Each gets a file of its own when it gets a body.

struct SendCommand: PluginPlannedCommand {
    static let name = "send"
    static let abstract = "Sends a test mail through a Destination."

    @OptionGroup var arguments: AnyArguments
}

struct CheckCommand: PluginPlannedCommand {
    static let name = "check"
    static let abstract = "Checks that the product is installed and works."

    @OptionGroup var arguments: AnyArguments
}

struct CompletionCommand: PluginPlannedCommand {
    static let name = "completion"
    static let abstract = "Prints a completion script for a shell."

    @OptionGroup var arguments: AnyArguments
}
