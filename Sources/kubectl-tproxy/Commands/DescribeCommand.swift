import ArgumentParser
import FoundationEssentials
import ObjectModel

struct DescribeCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Explains a Destination: how it fares, what is wrong, and how to use it.",
        discussion: """
            Exits with 2 where mail can't be sent for somebody.

            Examples:
              kubectl tproxy describe mail-dest
              kubectl tproxy describe mail-dest -n shop -o json

              # Until Ctrl-C, as it changes
              kubectl tproxy describe mail-dest --watch
            """,
        aliases: ["status"]
    )

    @Argument(help: ArgumentHelp("The Destination.", valueName: "name"), transform: DestinationArgument.read)
    var name: String

    @Option(name: .shortAndLong, help: ArgumentHelp("yaml, json or name: the object itself.", valueName: "format"))
    var output: ObjectFormat?

    @Flag(name: .shortAndLong, help: "Show it again whenever it changes.")
    var watch = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if watch, output != nil { throw ValidationError("--watch shows the screen: leave out --output") }
    }

    func run(_ session: Session) async throws -> Outcome {
        if watch { return try await follow(session) }
        let object = try await session.kubectl.destination(name)
        let view = DestinationView(object)
        switch output {
        case .yaml, .name:
            let format = "--output=\(output?.rawValue ?? "")"
            try session.output.write(
                await session.kubectl.run(["get", Kubectl.destinations, format, "--", name]).bytes
            )
        case .json: try session.output.write(object.json() + [UInt8(ascii: "\n")])
        case nil: try session.output.write(screen(view, session.output))
        }
        return view.verdict.mark == .good ? .good : .findings
    }

    /// Shows it until it is deleted.
    private func follow(_ session: Session) async throws -> Outcome {
        let loop = WatchLoop(
            session: session,
            arguments: ["get", Kubectl.destinations, "--", name],
            endsWithDeletion: true
        )
        try await loop.run { list, screen in
            guard let view = list.views.first else { return ["\(name) was deleted"] }
            return self.screen(view, screen) + list.trouble
        }
        return .failed
    }

    private func screen(_ view: DestinationView, _ screen: Screen) -> [StyledText] {
        DestinationScreen(view, screen: screen, cluster: common.cluster).lines(now: .now)
    }
}
