import ObjectModel
import YAML

/// `kubectl apply -k manifests`, as far as the tests' API server can take it.
struct Installation {
    private let kubectl: Kubectl

    init(_ controlPlane: ControlPlane) {
        self.kubectl = controlPlane.kubectl()
    }

    /// Applies everything, and gives a line for each object: what it is, and what became of it.
    func apply() async throws -> [String] {
        try await self.run(["apply", "--validate=false"])
    }

    /// Deletes what has the labels, and gives a line for each object.
    func delete(_ labels: String) async throws -> [String] {
        try await self.run(["delete", "--wait=false", "-l", labels])
    }

    private func run(_ arguments: [String]) async throws -> [String] {
        let text = try await self.kubectl.check(["kustomize", ClusterManifests.base])
        let versions = try await self.kubectl.check(["api-versions"]).split(separator: "\n").map(String.init)
        let objects = try YAML.documents(in: text).map { ObjectDocument($0).value }
        let list: ObjectValue = .object([
            "apiVersion": .string("v1"), "kind": .string("List"),
            "items": .array(try ClusterManifests.known(objects, apiVersions: Set(versions))),
        ])
        let output = try await self.kubectl.check(
            arguments + ["-f", "-"],
            input: String(decoding: list.json(), as: UTF8.self)
        )
        return output.split(separator: "\n").map(String.init)
    }
}
