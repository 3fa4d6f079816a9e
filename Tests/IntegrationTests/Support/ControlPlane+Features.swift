extension ControlPlane {
    /// What an API server can do, found out by trying rather than by its version: two servers may stand behind one
    /// address.
    struct Features: Sendable {
        /// It keeps and runs the CEL rules of a CustomResourceDefinition (Kubernetes 1.25 and later).
        let hasCEL: Bool
        /// The version of the server that answers for the built-in kinds.
        let version: String

        init(_ kubectl: Kubectl) async throws {
            // kubectl checks what it sends against the server's schema, and refuses fields that only later servers know.
            let answer = try await kubectl.check(
                ["create", "--dry-run=server", "--validate=false", "-o", "json", "-f", "-"],
                input: Self.probe
            )
            self.hasCEL = answer.contains("x-kubernetes-validations")
            self.version = try await kubectl.check(["get", "--raw", "/version"])
        }

        /// A definition with a rule, which servers that know none drop from their answer.
        private static let probe = """
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
    }
}
