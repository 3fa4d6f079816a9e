import CommandLineSupport

/// Are the parts of versions that belong together?
struct VersionCheck {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var namespace: String { facts.scope.systemNamespace }

    var section: CheckSection {
        var section = CheckSection("Versions", "they belong together")
        // What runs counts as well as what is meant to run; builds without a number of their own tell it only so.
        let running = facts.managers.sorted { $0.key < $1.key }.compactMap { name, page in
            (try? page.get())?.version.map { ServerPart(name: name, image: "", version: $0) }
        }
        var parts = running
        if let installed = section.take(facts.parts, "list deployments in \(namespace)") { parts = installed }
        if parts.isEmpty { section.rest("no server to compare with") }
        for sentences in [parts, running].map({ VersionReport(client: BuildInformation.version, parts: $0).skew })
        where section.findings.isEmpty {
            for sentence in sentences {
                section.find(
                    .versionsApart,
                    sentence,
                    mend: "kubectl get deployments -n \(namespace) -o wide -l app.kubernetes.io/part-of=tproxy"
                )
            }
        }
        return section
    }
}
