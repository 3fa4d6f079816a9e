import ObjectModel
import Testing
import YAML

extension ControlPlane {
    /// What an API server can do, found out by trying rather than by its version: two servers may stand behind one
    /// address.
    struct Features: Sendable {
        /// It keeps and runs the CEL rules of a CustomResourceDefinition (Kubernetes 1.25 and later).
        let hasCEL: Bool
        /// It asks a webhook only where its matchConditions hold (Kubernetes 1.27 and later).
        let hasMatchConditions: Bool
        /// The version of the server that answers for the built-in kinds.
        let version: String

        /// - Parameter isBridged: whether `scripts/with-match-conditions` stands between those who store a webhook
        ///   configuration and those who call the webhook.
        init(_ kubectl: Kubectl, isBridged: Bool) async throws {
            let definition = try await Self.answer(
                kubectl,
                to: Self.definition,
                at: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
            )
            self.hasCEL = definition.contains("x-kubernetes-validations")
            let configuration = try await Self.answer(
                kubectl,
                to: Self.configuration,
                at: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
            )
            self.hasMatchConditions = isBridged || configuration.contains("matchConditions")
            self.version = try await kubectl.check(["get", "--raw", "/version"])
        }

        /// The object as the server would store it.
        private static func answer(_ kubectl: Kubectl, to text: String, at path: String) async throws -> String {
            let object = try ObjectDocument(#require(YAML.documents(in: text).first)).value
            let result = try await kubectl.dryRun(creating: object, at: path)
            guard result.succeeded else { throw ProcessFailure(program: "kubectl create", result: result) }
            return result.output
        }

        /// A definition with a rule, which servers that know none drop from their answer.
        private static let definition = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: probes.tproxy.test
            spec:
              group: tproxy.test
              scope: Namespaced
              names: {kind: Probe, plural: probes}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    x-kubernetes-validations:
                    - rule: "self.metadata.name != 'never'"
            """

        /// A webhook that is asked under a condition.
        private static let configuration = """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata:
              name: probes.tproxy.test
            webhooks:
            - name: probes.tproxy.test
              clientConfig: {url: "https://127.0.0.1:1"}
              sideEffects: None
              admissionReviewVersions: [v1]
              matchConditions:
              - {name: never, expression: "false"}
            """
    }
}
