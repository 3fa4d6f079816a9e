import ArgumentParser
import CommandLineSupport

// Each gets a file of its own when it gets a body.

struct CheckCommand: PluginPlannedCommand {
    static let name = "check"
    static let abstract = "Checks that the product is installed and works."

    @OptionGroup var arguments: AnyArguments
}
