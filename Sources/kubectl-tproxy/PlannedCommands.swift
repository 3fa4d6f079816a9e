import ArgumentParser
import CommandLineSupport

// Each gets a file of its own when it gets a body.

struct CreateCommand: PluginPlannedCommand {
    static let name = "create"
    static let abstract = "Creates a Destination."

    @OptionGroup var arguments: AnyArguments
}

struct GetCommand: PluginPlannedCommand {
    static let name = "get"
    static let abstract = "Lists Destinations."

    @OptionGroup var arguments: AnyArguments
}

struct DescribeCommand: PluginPlannedCommand {
    static let name = "describe"
    static let abstract = "Explains a Destination and its state."

    @OptionGroup var arguments: AnyArguments
}

struct ValidateCommand: PluginPlannedCommand {
    static let name = "validate"
    static let abstract = "Checks Destinations without storing them."

    @OptionGroup var arguments: AnyArguments
}

struct TenantsCommand: PluginPlannedCommand {
    static let name = "tenants"
    static let abstract = "Lists or changes the tenants of a Destination."

    @OptionGroup var arguments: AnyArguments
}

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

struct DeleteCommand: PluginPlannedCommand {
    static let name = "delete"
    static let abstract = "Deletes Destinations."

    @OptionGroup var arguments: AnyArguments
}

struct TemplateCommand: PluginPlannedCommand {
    static let name = "template"
    static let abstract = "Prints a Destination to start from."

    @OptionGroup var arguments: AnyArguments
}

struct CompletionCommand: PluginPlannedCommand {
    static let name = "completion"
    static let abstract = "Prints a completion script for a shell."

    @OptionGroup var arguments: AnyArguments
}
