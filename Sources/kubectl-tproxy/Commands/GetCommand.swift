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

              # Until Ctrl-C, as they change
              kubectl tproxy get --watch
            """
    )

    @Argument(help: ArgumentHelp("Which ones; otherwise all.", valueName: "name"), transform: DestinationArgument.read)
    var names: [String] = []

    @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
    var allNamespaces = false

    @Option(name: [.customShort("l"), .long], help: ArgumentHelp("Only those with such labels.", valueName: "labels"))
    var selector: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("wide, json, yaml or name.", valueName: "format"))
    var output: ListFormat?

    @Flag(name: .shortAndLong, help: "Show them again whenever one changes.")
    var watch = false

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
        do {
            try await list(session)
            return .good
        } catch let error as KubectlError where error.code == .forbidden && allNamespaces && !watch {
            return try await listPart(session, insteadOf: error)
        }
    }

    /// For whoever may not see all namespaces, those of one: a part of the answer is better than none.
    private func listPart(_ session: Session, insteadOf refusal: KubectlError) async throws -> Outcome {
        var part = self
        part.allNamespaces = false
        do {
            try await part.list(session)
        } catch let error as KubectlError where error.code == .forbidden {
            throw refusal
        }
        let place = session.usualNamespace.map { "the namespace \($0)" } ?? "this namespace"
        try session.errors.write(
            StyledText("incomplete: ", .doubtful)
                + StyledText(
                    "only those of \(place), since the right to list \(Kubectl.destinations) of all namespaces is "
                        + "missing (\(ProblemCode.notAllowed.text)): \(refusal.advice), or name another namespace with -n"
                )
        )
        return .failed
    }

    private func list(_ session: Session) async throws {
        var arguments = ["get", Kubectl.destinations]
        if allNamespaces { arguments.append("--all-namespaces") }
        if let selector { arguments.append("--selector=\(selector)") }
        if !names.isEmpty { arguments += ["--"] + names }
        switch output {
        case .json, .yaml, .name:
            try await passOn(arguments, session)
        case .wide, nil:
            if watch {
                let loop = WatchLoop(session: session, arguments: arguments, endsWithDeletion: false)
                try await loop.run { list, screen in
                    (list.views.isEmpty ? [nothing(session)] : lines(list.views, screen)) + list.trouble
                }
            } else {
                try show(await objects(arguments, session), session)
            }
        }
    }

    /// What programs read, they get as kubectl writes it.
    private func passOn(_ arguments: [String], _ session: Session) async throws {
        let format = "--output=\(output?.rawValue ?? "")"
        if watch {
            let watching = Kubectl.command(arguments, with: [format, "--watch", "--request-timeout=0"])
            try await session.kubectl.stream(watching) { try session.output.write($0) }
        } else {
            let answer = try await session.kubectl.run(Kubectl.command(arguments, with: [format]))
            session.warn(answer.warnings)
            try session.output.write(answer.bytes)
        }
    }

    private func objects(_ arguments: [String], _ session: Session) async throws -> [ObjectValue] {
        let namespace = allNamespaces ? nil : session.usualNamespace
        if names.isEmpty, allNamespaces || namespace != nil {
            return try await session.kubectl.listDestinations(in: namespace, selector: selector)
        }
        let answer = try await session.kubectl.run(Kubectl.command(arguments, with: ["--output=json"]))
        session.warn(answer.warnings)
        return Kubectl.items(try Kubectl.object(answer.bytes))
    }

    private func show(_ objects: [ObjectValue], _ session: Session) throws {
        let views = objects.map(DestinationView.init)
        guard !views.isEmpty else {
            return try session.errors.write(nothing(session))
        }
        try session.output.write(lines(views, session.output))
    }

    private func nothing(_ session: Session) -> StyledText {
        let place =
            allNamespaces ? "in the cluster" : session.namespace.map { "in namespace \($0)" } ?? "in this namespace"
        return StyledText("no Destinations \(place); make one: kubectl tproxy create NAME")
    }

    private func lines(_ views: [DestinationView], _ screen: Screen) -> [StyledText] {
        DestinationTable(views, namespaces: allNamespaces, isWide: output == .wide, screen: screen).lines(now: .now)
    }
}
