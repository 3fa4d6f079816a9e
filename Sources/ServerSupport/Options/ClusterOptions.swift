public import ArgumentParser

/// What a server in a cluster is configured by and how it reaches the cluster, the same for all of them.
public struct ClusterOptions: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("The configuration; docs/configuration.md says what it holds.", valueName: "FILE"))
    public var config: String

    @Option(help: ArgumentHelp("How to reach the cluster. Default: as a pod, if this is one.", valueName: "FILE"))
    public var kubeconfig: String?

    public init() {}
}
