import Kubernetes
import ObjectModel

/// The Pod objects that stand for relays, as nothing runs pods in these tests.
struct RelayPods: Sendable {
    let client: KubernetesClient
    /// The install namespace.
    let namespace: String

    /// Makes a Pod for a relay, not ready yet.
    ///
    /// - Parameter port: where its pages are.
    func create(_ name: String, port: Int) async throws {
        let pod = ObjectValue.object([
            "metadata": .object([
                "name": .string(name), "namespace": .string(self.namespace),
                "labels": .object(["app.kubernetes.io/name": .string("tproxy-relay")]),
            ]),
            "spec": .object([
                "containers": .array([
                    .object([
                        "name": .string("relay"), "image": .string("tproxy-relay:dev"),
                        "ports": .array([.object(["name": .string("metrics"), "containerPort": .integer(port)])]),
                    ])
                ]),
                // No kubelet confirms a deletion here.
                "terminationGracePeriodSeconds": .integer(0),
            ]),
        ])
        try await self.client.create(.pods, pod)
    }

    /// Says what a kubelet says of a Pod on this machine.
    func setReady(_ name: String, _ isReady: Bool) async throws {
        let status = ObjectValue.object([
            "phase": .string("Running"), "podIP": .string("127.0.0.1"),
            "conditions": .array([
                .object(["type": .string("Ready"), "status": .string(isReady ? "True" : "False")])
            ]),
        ])
        try await self.client.patchStatus(.pods, name, in: self.namespace, .object(["status": status]))
    }

    func delete(_ name: String) async throws {
        try await self.client.delete(.pods, name, in: self.namespace)
    }
}
