import ArgumentParser
import DestinationModel
import Glibc

struct DeleteCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes Destinations, and with them their Services.",
        discussion: """
            Asks first where a person is there to answer.

            Examples:
              kubectl tproxy delete mail-dest
              kubectl tproxy delete mail-dest bills --yes
            """
    )

    @Argument(help: ArgumentHelp("Which ones.", valueName: "name"), transform: DestinationArgument.read)
    var names: [String]

    @Flag(name: .shortAndLong, help: "Don't ask.")
    var yes = false

    @Flag(help: "No error where there is none of that name.")
    var ignoreNotFound = false

    @OptionGroup var common: CommonOptions

    /// How long it may take until what was deleted is gone.
    private static let mostWait = WaitTime.minute

    func run(_ session: Session) async throws -> Outcome {
        if !yes, isatty(STDIN_FILENO) == 1, session.errors.terminal.isInteractive {
            var isAnyThere = false
            for name in names {
                let view: DestinationView
                do throws(KubectlError) {
                    view = DestinationView(try await session.kubectl.destination(name))
                } catch {
                    guard error.code == .notFound, ignoreNotFound else { throw error }
                    continue
                }
                isAnyThere = true
                let services = view.status.tenants.map(\.status.serviceName)
                let shown = services.prefix(5).joined(separator: ", ") + (services.count > 5 ? ", ..." : "")
                try session.errors.write(
                    "\(view.namespace)/\(name): \(services.isEmpty ? "it has no Services yet" : "the Services \(shown) go")"
                )
            }
            guard isAnyThere else { return .good }
            try session.errors.write("delete? [y/N]")
            guard let answer = readLine()?.lowercased(), answer == "y" || answer == "yes" else {
                try session.errors.write("nothing was deleted")
                return .failed
            }
        }
        // That the server takes it is one thing, and has to come soon; that all is gone is another.
        var arguments = ["delete", Kubectl.destinations, "--wait=false"]
        if ignoreNotFound { arguments.append("--ignore-not-found") }
        let answer = try await session.kubectl.run(arguments + ["--"] + names)
        session.warn(answer.warnings)
        try session.output.write(answer.bytes)
        guard !answer.bytes.isEmpty else { return .good }
        _ = try await session.kubectl.run(
            ["wait", "--for=delete", "--timeout=\(Self.mostWait.seconds)s", "--"]
                + names.map { "\(Kubectl.destinations)/\($0)" },
            waitingFor: Self.mostWait.duration
        )
        return .good
    }
}
