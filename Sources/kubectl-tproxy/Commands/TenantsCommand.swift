import ArgumentParser
import DestinationModel
import DestinationRules
import ObjectModel

struct TenantsCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants",
        abstract: "Lists, adds or removes the tenants of a Destination.",
        discussion: """
            A change is made only if nobody else has changed the resource meanwhile.

            Examples:
              kubectl tproxy tenants mail-dest list
              kubectl tproxy tenants mail-dest add tenant-c tenant-d
              kubectl tproxy tenants mail-dest remove tenant-a
            """
    )

    @Argument(help: ArgumentHelp("The Destination.", valueName: "name"), transform: DestinationArgument.read)
    var name: String

    @Argument(help: ArgumentHelp("list, add or remove.", valueName: "what"))
    var action = Action.list

    @Argument(help: ArgumentHelp("The tenants' subdomains.", valueName: "subdomain"))
    var tenants: [String] = []

    @OptionGroup var common: CommonOptions

    enum Action: String, ExpressibleByArgument, CaseIterable {
        case list, add, remove
    }

    /// How often a change is tried where others change the resource too.
    private static let attempts = 5

    func validate() throws {
        switch action {
        case .list where !tenants.isEmpty: throw ValidationError("list takes no tenants")
        case .add where tenants.isEmpty, .remove where tenants.isEmpty:
            throw ValidationError("say which tenants to \(action)")
        case .list, .add, .remove: break
        }
    }

    func run(_ session: Session) async throws -> Outcome {
        for attempt in 1...Self.attempts {
            let object = try await session.kubectl.destination(name)
            let known = try TenantEdit(object)
            if action == .list {
                try session.output.write(known.tenants.map { StyledText($0) })
                return .good
            }
            let edited = try known.edited(action, tenants)
            guard edited.tenants != known.tenants else {
                try session.errors.write("nothing to change")
                return .good
            }
            let report = DestinationRules.check(edited.object, replacing: object)
            try FindingLines(report.findings, terminal: session.errors.terminal).write(to: session.errors)
            guard !report.hasErrors else { return .findings }
            do throws(KubectlError) {
                let answer = try await session.kubectl.run([
                    "patch", Kubectl.destinations, "--type=merge", "--output=name",
                    "--patch=\(String(decoding: edited.patch.json(), as: UTF8.self))", "--", name,
                ])
                session.warn(answer.warnings, besides: report.findings)
                let count = edited.tenants.count
                try? session.output.write("\(name) has \(count) tenant\(count == 1 ? "" : "s") now")
                return .good
            } catch {
                guard error.code == .conflict, attempt < Self.attempts else { throw error }
            }
        }
        return .failed
    }
}

/// A change of a Destination's tenants.
struct TenantEdit {
    let object: ObjectValue
    let tenants: [String]

    /// Reads the tenants of a Destination.
    ///
    /// - Throws: What to tell a person if the list can't be read.
    init(_ object: ObjectValue) throws {
        let text = object["metadata"]?["annotations"]?[DestinationResource.tenantsAnnotation]?.stringValue
        self.object = object
        guard let text else {
            tenants = []
            return
        }
        guard let items = try? JSONReader.document(text).value.arrayValue, items.allSatisfy({ $0.stringValue != nil })
        else {
            throw KubectlError(
                .other,
                "the list of tenants can't be read as it is; see what is wrong: kubectl tproxy describe \(Self.name(object))"
            )
        }
        tenants = items.compactMap(\.stringValue)
    }

    /// As kubectl's commands name it.
    private static func name(_ object: ObjectValue) -> String {
        let view = DestinationView(object)
        return "-n \(view.namespace) \(view.name)"
    }

    private init(object: ObjectValue, tenants: [String]) {
        self.object = object
        self.tenants = tenants
    }

    func edited(_ action: TenantsCommand.Action, _ names: [String]) throws -> TenantEdit {
        var list = tenants
        switch action {
        case .list: break
        case .add: list += names.filter { !list.contains($0) }
        case .remove:
            for name in names where !list.contains(name) {
                throw KubectlError(
                    .notFound,
                    "there is no tenant \(Quoted(name)); see which: kubectl tproxy tenants \(Self.name(object)) list"
                )
            }
            list.removeAll { names.contains($0) }
            if list.isEmpty {
                throw KubectlError(
                    .invalid,
                    "without any tenant the resource would have one Service of its own name; delete it, or leave one"
                )
            }
        }
        guard case .object(var members) = object, case .object(var metadata) = members["metadata"] else { return self }
        var annotations = metadata["annotations"]?.objectValue ?? [:]
        annotations[DestinationResource.tenantsAnnotation] = .string(TenantAnnotation.text(list))
        metadata["annotations"] = .object(annotations)
        members["metadata"] = .object(metadata)
        return TenantEdit(object: .object(members), tenants: list)
    }

    /// The change, which the API server makes only to the version that was read.
    var patch: ObjectValue {
        .object([
            "metadata": .object([
                "resourceVersion": object["metadata"]?["resourceVersion"] ?? .null,
                "annotations": .object([
                    DestinationResource.tenantsAnnotation: .string(TenantAnnotation.text(tenants))
                ]),
            ])
        ])
    }
}
