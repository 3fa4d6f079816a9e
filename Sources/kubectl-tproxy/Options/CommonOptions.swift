import ArgumentParser

/// What every command that asks the cluster takes.
struct CommonOptions: ParsableArguments {
    @OptionGroup(title: "Cluster")
    var cluster: KubectlOptions

    @OptionGroup(title: "Screen")
    var screen: ScreenOptions
}

/// How results look.
struct ScreenOptions: ParsableArguments {
    @Option(help: "Whether to use colours: auto, always or never.")
    var color = Terminal.Color.auto
}

extension Terminal.Color: ExpressibleByArgument {}
