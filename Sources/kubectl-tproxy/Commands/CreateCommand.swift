import ArgumentParser
import DestinationModel
import DestinationRules
import ObjectModel

struct CreateCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Creates a Destination.",
        discussion: """
            Checks it by the rules of the admission server first, and says afterwards how to use it.

            Examples:
              # The destination mail-dest of the default instance, for this namespace
              kubectl tproxy create mail-dest

              # For two tenants, and wait until mail can be sent
              kubectl tproxy create mail-dest --tenant tenant-a,tenant-b --wait

              # Only print what would be created, to keep it in a file
              kubectl tproxy create bills --dry-run=client -o yaml > bills.yaml
            """
    )

    @Argument(help: ArgumentHelp("The resource's name, which the Service has too.", valueName: "name"))
    var name: String

    @Option(
        help: ArgumentHelp(
            "The destination in the Destination service; otherwise the resource's name.",
            valueName: "name"
        )
    )
    var destination: String?

    @Option(help: ArgumentHelp("Where the destination is: \(DestinationLevel.list).", valueName: "level"))
    var level: String?

    @Option(help: ArgumentHelp("A fragment that is merged over the destination.", valueName: "name"))
    var fragment: String?

    @Option(
        help: ArgumentHelp("The instance of the Destination service; otherwise the default one.", valueName: "name")
    )
    var instance: String?

    @Option(help: ArgumentHelp("A tenant's subdomain; several with commas, or given again.", valueName: "subdomain"))
    var tenant: [String] = []

    @Option(help: "The Services' port; otherwise \(MailDestination.defaultPort).")
    var port: Int?

    @Option(help: "Whose pods may connect: namespaced or clusterWide.")
    var scope: String?

    @Option(
        help: ArgumentHelp("none creates it, server only asks the API server, client only prints.", valueName: "mode")
    )
    var dryRun = DryRun.none

    @Option(name: .shortAndLong, help: ArgumentHelp("yaml, json or name.", valueName: "format"))
    var output: ObjectFormat?

    @Flag(help: "Wait until mail can be sent.")
    var wait = false

    @Option(help: ArgumentHelp("How long to wait, such as 90s or 2m.", valueName: "time"))
    var timeout = WaitTime.minute

    @OptionGroup var common: CommonOptions

    enum DryRun: String, ExpressibleByArgument, CaseIterable {
        case none, client, server
    }

    private var draft: DestinationDraft {
        DestinationDraft(
            namespace: common.cluster.namespace,
            name: name,
            destination: destination ?? name,
            level: level,
            fragment: fragment,
            instance: instance,
            port: port,
            scope: scope,
            tenants: tenant.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        )
    }

    func run(_ session: Session) async throws -> Outcome {
        let draft = draft
        let report = DestinationRules.check(draft.object)
        try FindingLines(report.findings, terminal: session.errors.terminal).write(to: session.errors)
        guard !report.hasErrors else { return .findings }
        if dryRun == .client {
            try session.output.write((output ?? .yaml).text(draft))
            return .good
        }
        var arguments = ["create", "--filename=-", "--output=\(output?.rawValue ?? "json")"]
        if dryRun == .server { arguments.append("--dry-run=server") }
        let answer: Kubectl.Output
        do throws(KubectlError) {
            answer = try await session.kubectl.run(arguments, input: draft.object.json())
        } catch {
            guard error.code == .alreadyExists else { throw error }
            throw KubectlError(.alreadyExists, "\(error); see it: \(describe(in: common.cluster.namespace))")
        }
        session.warn(answer.warnings, besides: report.findings)
        guard output == nil else {
            try session.output.write(answer.bytes)
            if wait, dryRun == .none { try await waitUntilAvailable(session) }
            return .good
        }
        let made = try Kubectl.object(answer.bytes)
        let namespace = made["metadata"]?["namespace"]?.stringValue ?? "default"
        try session.output.write(
            StyledText("\(DestinationResource.kind) \(namespace)/\(name) ") + StyledText("created", .good)
                + StyledText(dryRun == .server ? " (not really: server dry run)" : "")
        )
        guard dryRun == .none else { return .good }
        if wait { try await waitUntilAvailable(session) }
        return try explain(namespace, session)
    }

    private func waitUntilAvailable(_ session: Session) async throws {
        try session.errors.write("waiting until mail can be sent ...")
        do throws(KubectlError) {
            let arguments = [
                "wait", "--for=condition=Available", "--timeout=\(timeout.seconds)s", "--",
                "\(Kubectl.destinations)/\(name)",
            ]
            _ = try await session.kubectl.run(arguments, waitingFor: timeout.duration)
        } catch {
            guard error.code == .timeout else { throw error }
            let advice = "see why: \(describe(in: common.cluster.namespace))"
            throw KubectlError(.timeout, "mail can't be sent after \(timeout.seconds) s; \(advice)")
        }
    }

    /// The command that tells of it. Without a namespace it is that of the context.
    private func describe(in namespace: String?) -> String {
        "kubectl tproxy describe\(namespace.map { " -n \($0)" } ?? "") \(name)"
    }

    /// Says what to do next.
    private func explain(_ namespace: String, _ session: Session) throws -> Outcome {
        try session.errors.write("applications connect by plain SMTP, without EHLO, TLS or login:")
        try session.errors.write(draft.usage(in: namespace).lines)
        try session.errors.write("see how it fares: \(describe(in: namespace))")
        return .good
    }
}

extension DestinationLevel {
    static let list = allCases.map(\.rawValue).joined(separator: ", ")
}
