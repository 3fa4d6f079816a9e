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

    @Option(name: .shortAndLong, help: ArgumentHelp("yaml or json: the object itself.", valueName: "format"))
    var output: ObjectFormat?

    @Flag(name: .shortAndLong, help: "Show it again whenever it changes.")
    var watch = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if watch, output != nil { throw ValidationError("--watch shows the screen: leave out --output") }
    }

    func run(_ session: Session) async throws -> Outcome {
        if watch { return try await follow(session) }
        if let output, output != .json {
            let answer = try await session.kubectl.run(["get", Kubectl.destinations, "--output=\(output)", "--", name])
            try session.output.write(answer.bytes)
            return .good
        }
        let object = try await session.kubectl.destination(name)
        let view = DestinationView(object)
        if output == .json {
            try session.output.write(object.json() + [UInt8(ascii: "\n")])
        } else {
            try session.output.write(DestinationScreen(view, screen: session.output).lines(now: .now))
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
            return DestinationScreen(view, screen: screen).lines(now: .now) + list.trouble
        }
        return .failed
    }
}
