import ArgumentParser
import FoundationEssentials
import ObjectModel

struct GetCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Lists Destinations and how they fare.",
        discussion: """
            Examples:
              # Those of this namespace
              kubectl tproxy get

              # All of the cluster, with destination, instance and scope
              kubectl tproxy get -A -o wide

              # For programs
              kubectl tproxy get mail-dest -o json
            """
    )

    @Argument(help: ArgumentHelp("Which ones; otherwise all.", valueName: "name"))
    var names: [String] = []

    @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
    var allNamespaces = false

    @Option(name: [.customShort("l"), .long], help: ArgumentHelp("Only those with such labels.", valueName: "labels"))
    var selector: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("wide, json, yaml or name.", valueName: "format"))
    var output: ListFormat?

    @OptionGroup var common: CommonOptions

    enum ListFormat: String, ExpressibleByArgument, CaseIterable {
        case wide, json, yaml, name
    }

    func validate() throws {
        if allNamespaces, !names.isEmpty {
            throw ValidationError("names are of one namespace: give either names or --all-namespaces")
        }
    }

    func run(_ session: Session) async throws -> Outcome {
        var arguments = ["get", Kubectl.destinations]
        if allNamespaces { arguments.append("--all-namespaces") }
        if let selector { arguments.append("--selector=\(selector)") }
        switch output {
        case .json, .yaml, .name: arguments.append("--output=\(output?.rawValue ?? "")")
        case .wide, nil: arguments.append("--output=json")
        }
        if !names.isEmpty { arguments += ["--"] + names }
        let answer = try await session.kubectl.run(arguments)
        session.warn(answer.warnings)
        switch output {
        case .json, .yaml, .name:
            try session.output.write(answer.bytes)
        case .wide, nil:
            try show(Kubectl.object(answer.bytes), session)
        }
        return .good
    }

    private func show(_ list: ObjectValue, _ session: Session) throws {
        let views = (list["items"]?.arrayValue ?? [list]).map(DestinationView.init)
        guard !views.isEmpty else {
            let place =
                allNamespaces ? "in the cluster" : session.namespace.map { "in namespace \($0)" } ?? "in this namespace"
            try session.errors.write(StyledText("no Destinations \(place); make one: kubectl tproxy create NAME"))
            return
        }
        let table = DestinationTable(views, namespaces: allNamespaces, isWide: output == .wide, screen: session.output)
        try session.output.write(table.lines(now: .now))
    }
}
