import DestinationModel
import ObjectModel

/// Is the definition of Destinations there, and as this build knows it?
struct DefinitionCheck {
    private static let mend = "kubectl apply --server-side -f manifests/crd.yaml"

    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    var section: CheckSection {
        var section = CheckSection("Definition", "destinations are served in version \(DestinationResource.version)")
        if case .failure(let error) = facts.destinations, error.code == .unknownKind {
            section.find(.definitionMissing, "the cluster doesn't know Destinations", mend: Self.mend)
            return section
        }
        switch facts.definition {
        case .success(let definition): judge(definition, &section)
        case .failure(let error) where error.code == .notFound:
            section.find(.definitionMissing, "the definition of Destinations isn't installed", mend: Self.mend)
        case .failure: _ = section.take(facts.definition, "get customresourcedefinitions")
        }
        return section
    }

    /// Whose the definition is, if not only ours: there is another product with this kind.
    private func foreignOwner(of definition: ObjectValue) -> String? {
        let metadata = definition["metadata"]
        if let release = metadata?["annotations"]?["meta.helm.sh/release-name"]?.stringValue {
            return "the Helm release \(BoundedText.line(release, limit: 60))"
        }
        let product = metadata?["labels"]?["app.kubernetes.io/part-of"]?.stringValue
        guard product != "tproxy" else { return nil }
        return product.map { "the product \(BoundedText.line($0, limit: 60))" } ?? "another product"
    }

    private func judge(_ definition: ObjectValue, _ section: inout CheckSection) {
        if let owner = foreignOwner(of: definition) {
            section.find(
                .definitionMissing,
                "the definition of Destinations belongs to \(owner), which may change or remove it and all Destinations",
                mend: "kubectl get customresourcedefinition \(ExpectedDefinition.name) -o yaml --show-managed-fields"
            )
        }
        let versions = definition["spec"]?["versions"]?.arrayValue ?? []
        let conditions = definition["status"]?["conditions"]?.arrayValue ?? []
        guard let version = versions.first(where: { $0["name"] == .string(DestinationResource.version) }),
            version["served"] == .bool(true)
        else {
            section.find(
                .definitionMissing,
                "the definition of Destinations doesn't serve version \(DestinationResource.version)",
                mend: Self.mend
            )
            return
        }
        if let condition = conditions.first(where: { $0["type"] == .string("Established") }),
            condition["status"] != .string("True")
        {
            let why = condition["message"]?.stringValue ?? "no reason is given"
            section.find(
                .definitionMissing,
                "the API server doesn't serve the definition of Destinations yet: \(why)",
                mend: "kubectl describe customresourcedefinition \(ExpectedDefinition.name)"
            )
        }
        var missing = ExpectedDefinition.missing(in: version)
        if version["subresources"]?["status"] == nil { missing.append("the status apart from the rest") }
        guard !missing.isEmpty else { return }
        let shown = missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", ..." : "")
        section.find(
            .definitionMissing,
            "the definition of Destinations is older than this plugin: it lacks \(shown)",
            mend: Self.mend
        )
    }
}
