import ObjectModel

/// The versions of all parts, and whether they belong together.
struct VersionReport {
    /// The plugin's.
    let client: String
    /// The servers'; `nil` where they weren't asked for or can't be read.
    var parts: [ServerPart]?
    /// Why they can't be read.
    var gap: KubectlError?

    init(client: String, parts: [ServerPart]? = nil) {
        (self.client, self.parts) = (client, parts)
    }

    static let clientName = "kubectl-tproxy"

    /// What is apart, a sentence for each. Builds without a version belong to anything but other builds.
    var skew: [String] {
        let parts = parts ?? []
        var sentences: [String] = []
        if let first = parts.first {
            let others = parts.dropFirst().filter { !Self.isTogether(first, $0) }
            if !others.isEmpty {
                let list = ([first] + others).map { "\($0.name) is \($0.version ?? "unknown")" }
                sentences.append(
                    "\(list.joined(separator: ", ")): give all servers images of one version, and apply its manifests"
                )
            }
        }
        guard let own = SemanticVersion(client) else { return sentences }
        let versions = parts.compactMap(\.semanticVersion).filter { !$0.isCompatible(with: own) }
        if let newest = versions.max(), newest > own {
            sentences.append("the plugin is \(client) and the servers are \(newest): update the plugin")
        } else if let oldest = versions.min() {
            sentences.append(
                "the servers are \(oldest) and the plugin is \(client): update the servers, or use their version of the plugin"
            )
        }
        return sentences
    }

    private static func isTogether(_ one: ServerPart, _ other: ServerPart) -> Bool {
        guard let left = one.semanticVersion, let right = other.semanticVersion else {
            return one.version == other.version
        }
        return left.isCompatible(with: right)
    }

    private var problem: DestinationProblems.Problem? {
        skew.isEmpty ? nil : DestinationProblems.Problem(.versionsApart, skew)
    }

    /// For people.
    func lines(_ screen: Screen) -> [StyledText] {
        guard let parts else { return [StyledText("\(Self.clientName) \(client)")] }
        var table = TextTable([.init("PART"), .init("VERSION"), .init("IMAGE", priority: 0)])
        table.add([StyledText(Self.clientName), StyledText(client), "-"])
        for part in parts {
            table.add([StyledText(part.name), StyledText(part.version ?? "?"), StyledText(part.image)])
        }
        let width = screen.terminal.width
        return table.lines(width: width) + (problem.map { [""] + ProblemLines($0).lines(width: width) } ?? [])
    }

    /// For programs.
    var object: ObjectValue {
        var members: [String: ObjectValue] = [
            "client": .object(["name": .string(Self.clientName), "version": .string(client)])
        ]
        members["servers"] = parts.map { .array($0.map(\.object)) }
        members["problem"] = problem?.object
        return .object(members)
    }

    /// The same in YAML.
    var yaml: String {
        var lines = ["client:", "  name: \(Self.clientName)", "  version: \(YAMLScalarText.text(client))"]
        if let parts {
            lines.append(parts.isEmpty ? "servers: []" : "servers:")
            for part in parts {
                lines += ["- name: \(YAMLScalarText.text(part.name))", "  image: \(YAMLScalarText.text(part.image))"]
                if let version = part.version { lines.append("  version: \(YAMLScalarText.text(version))") }
            }
        }
        if let problem {
            lines.append("problem:")
            for (name, value) in problem.object.objectValue?.sorted(by: { $0.key < $1.key }) ?? [] {
                lines.append("  \(name): \(YAMLScalarText.text(value.stringValue ?? ""))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension ServerPart {
    fileprivate var object: ObjectValue {
        var members: [String: ObjectValue] = ["name": .string(name), "image": .string(image)]
        members["version"] = version.map(ObjectValue.string)
        return .object(members)
    }
}
