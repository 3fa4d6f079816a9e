import ObjectModel
import TestSupport
import Testing
import YAML

/// `kubectl apply -k manifests`, as far as the tests' API server can take it.
struct Installation {
    let controlPlane: ControlPlane
    private let kubectl: Kubectl

    init(_ controlPlane: ControlPlane) {
        self.controlPlane = controlPlane
        self.kubectl = controlPlane.kubectl()
    }

    /// Applies everything, and gives a line for each object: what it is, and what became of it.
    func apply() async throws -> [String] {
        let objects = try await self.objects()
        let list: ObjectValue = .object([
            "apiVersion": .string("v1"), "kind": .string("List"), "items": .array(objects),
        ])
        let output = try await self.kubectl.check(
            ["apply", "--validate=false", "-f", "-"],
            input: String(decoding: list.json(), as: UTF8.self)
        )
        return output.split(separator: "\n").map(String.init)
    }

    /// What kustomize makes of the folder, less what the server doesn't know.
    private func objects() async throws -> [ObjectValue] {
        let text = try await self.kubectl.check(["kustomize", Repository.path("manifests")])
        let versions = try await self.kubectl.check(["api-versions"]).split(separator: "\n")
        return try YAML.documents(in: text).map { ObjectDocument($0).value }.compactMap { object in
            let kind = object["kind"]?.stringValue ?? ""
            // Kubernetes before 1.21 has no policy/v1.
            if kind == "PodDisruptionBudget", !versions.contains("policy/v1") { return nil }
            return kind == "ValidatingWebhookConfiguration" ? self.narrowed(object) : object
        }
    }

    /// The webhook's configuration for namespaces of a name that no test has: no server answers here, so that
    /// Destinations of other tests would be refused. Without the conditions, which servers before 1.28 drop: what is
    /// dropped is applied again each time.
    private func narrowed(_ configuration: ObjectValue) -> ObjectValue {
        guard var members = configuration.objectValue, let webhooks = members["webhooks"]?.arrayValue else {
            return configuration
        }
        members["webhooks"] = .array(
            webhooks.map { webhook in
                var webhook = webhook.objectValue ?? [:]
                webhook["matchConditions"] = nil
                webhook["namespaceSelector"] = .object([
                    "matchLabels": .object(["tproxy.test/webhook": .string("manifests")])
                ])
                return .object(webhook)
            }
        )
        return .object(members)
    }
}
