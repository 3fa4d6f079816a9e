import ObjectModel

/// One of the servers, as its Deployment says it.
struct ServerPart: Hashable, Sendable {
    /// What all of the product's objects are labelled with.
    static let label = (name: "app.kubernetes.io/part-of", value: "tproxy")

    private static let versionLabel = "app.kubernetes.io/version"
    private static let longestName = 253

    let name: String
    let image: String
    /// The image's tag where that is a version, else the label's, else whatever the tag is; `nil` where there is neither.
    let version: String?

    init(name: String, image: String, version: String?) {
        (self.name, self.image, self.version) = (name, image, version)
    }

    /// Reads a Deployment.
    init?(_ deployment: ObjectValue) {
        let metadata = deployment["metadata"]
        let containers = deployment["spec"]?["template"]?["spec"]?["containers"]?.arrayValue
        guard let name = metadata?["name"]?.stringValue, let image = containers?.first?["image"]?.stringValue else {
            return nil
        }
        let tag = Self.tag(of: image)
        // Who puts another image in by an overlay doesn't change the label.
        let version =
            tag.flatMap { SemanticVersion($0) } == nil ? metadata?["labels"]?[Self.versionLabel]?.stringValue : tag
        self.init(
            name: BoundedText.line(name, limit: Self.longestName),
            image: BoundedText.line(image, limit: 1024),
            version: (version ?? tag).map { BoundedText.line($0, limit: 128) }
        )
    }

    /// The version, where it is one: not of a build such as `dev`.
    var semanticVersion: SemanticVersion? { version.flatMap { SemanticVersion($0) } }

    /// `1.2` of `registry:5000/tproxy-relay:1.2@sha256:…`.
    static func tag(of image: String) -> String? {
        let name = image.prefix { $0 != "@" }.split(separator: "/").last ?? ""
        guard let colon = name.firstIndex(of: ":") else { return nil }
        let tag = name[name.index(after: colon)...]
        return tag.isEmpty ? nil : String(tag)
    }
}

extension Kubectl {
    /// The servers that are installed in a namespace.
    ///
    /// - Throws: `KubectlError`, also where there are none.
    func serverParts(in namespace: String) async throws(KubectlError) -> [ServerPart] {
        let list = try await object([
            "get", "deployments.v1.apps", "--namespace=\(namespace)",
            "--selector=\(ServerPart.label.name)=\(ServerPart.label.value)", "--output=json",
        ])
        let parts = (list["items"]?.arrayValue ?? []).compactMap(ServerPart.init).sorted { $0.name < $1.name }
        guard !parts.isEmpty else {
            throw KubectlError(
                .notFound,
                "there are none in the namespace \(namespace); if the product is installed elsewhere, name it by --system-namespace"
            )
        }
        return parts
    }
}
