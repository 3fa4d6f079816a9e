import ArgumentParser
import ObjectModel

struct CheckCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks that the product is installed and works, and says what mends what doesn't.",
        discussion: """
            Looks at everything, whatever is wrong with the rest: the definition, the webhook, the manager, relays and \
            their routes, the configuration and its Secrets, Destinations, network policies and versions. Then it has \
            a relay log in to the mail servers of this namespace's Destinations; nothing is sent.
            Exits with 2 where something is wrong, and with 1 where nothing is but not all could be looked at.

            Examples:
              kubectl tproxy check
              kubectl tproxy check mail-dest -n shop

              # Everything, for programs
              kubectl tproxy check -A -o json

              # After an installation: wait until all is well
              kubectl tproxy check --wait 2m
            """
    )

    @Argument(
        help: ArgumentHelp("Only these Destinations; otherwise all of the namespace.", valueName: "name"),
        transform: DestinationArgument.read
    )
    var names: [String] = []

    @Flag(name: [.customShort("A"), .long], help: "The Destinations of all namespaces.")
    var allNamespaces = false

    @Option(help: ArgumentHelp("How many routes to try at most.", valueName: "number"))
    var trials = CheckScope().mostTrials

    @Option(help: ArgumentHelp("Repeat until all is well, for so long, such as 90s or 2m.", valueName: "time"))
    var wait: WaitTime?

    @Option(name: .shortAndLong, help: ArgumentHelp("short, table or json.", valueName: "format"))
    var output = ReportFormat.table

    @Option(help: ArgumentHelp("What its ValidatingWebhookConfiguration is called.", valueName: "name"))
    var webhookConfiguration = CheckScope().webhookConfiguration

    @OptionGroup var system: SystemNamespaceOption

    @OptionGroup var common: CommonOptions

    enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
        case short, table, json
    }

    /// How long to wait before everything is looked at again.
    private static let pause = Duration.seconds(2)

    func validate() throws {
        try system.validateName()
        if allNamespaces, !names.isEmpty {
            throw ValidationError("names are of one namespace: give either names or --all-namespaces")
        }
        guard (0...10_000).contains(trials) else { throw ValidationError("--trials must be between 0 and 10000") }
    }

    func run(_ session: Session) async throws -> Outcome {
        let scope = CheckScope(
            systemNamespace: system.name ?? SystemNamespaceOption.usual,
            webhookConfiguration: webhookConfiguration,
            names: names,
            allNamespaces: allNamespaces,
            mostTrials: trials
        )
        let gatherer = FactGatherer(
            kubectl: session.kubectl,
            door: ForwardedDoor(kubectl: session.kubectl),
            scope: scope
        )
        let deadline = wait.map { ContinuousClock.now + $0.duration }
        while true {
            let report = CheckReport(
                try await CheckProgress.showing(on: session.errors) { try await gatherer.gather() }
            )
            let isLate = deadline.map { ContinuousClock.now + Self.pause > $0 } ?? true
            if isLate || !report.isWorthRepeating {
                try show(report, session)
                return report.isWorthRepeating && deadline != nil ? .timedOut : report.outcome
            }
            let count = report.findings.count + report.gaps.count
            try session.errors.write("not yet: \(report.findings.first?.sentence ?? "\(count) open"); trying again ...")
            try await Task.sleep(for: Self.pause)
        }
    }

    private func show(_ report: CheckReport, _ session: Session) throws(OutputClosed) {
        let screen = CheckScreen(report, screen: session.output, cluster: common.cluster)
        switch output {
        case .json: try session.output.write(report.object.json() + [UInt8(ascii: "\n")])
        case .table: try session.output.write(screen.tableLines)
        case .short: try session.output.write(screen.shortLines)
        }
    }
}
