import DestinationController
import DestinationModel
import DestinationRules
import Kubernetes
import ObjectModel

/// A Destination in a namespace of its own, whose status the test composes and writes as the manager does.
struct StatusScene {
    let client: KubernetesClient
    let kubectl: Kubectl
    let namespace: String

    init() async throws {
        let controlPlane = try await ControlPlane.shared
        try await controlPlane.installDefinition()
        self.client = try controlPlane.client()
        self.kubectl = controlPlane.kubectl()
        self.namespace = try await controlPlane.namespace()
    }

    /// Makes a Destination named "mail".
    ///
    /// - Parameter tenants: for its annotation; `nil` for none.
    func create(tenants: [String]? = nil) async throws -> ObjectValue {
        var metadata: [String: ObjectValue] = ["name": .string("mail"), "namespace": .string(self.namespace)]
        if let tenants {
            let list = String(decoding: ObjectValue.array(tenants.map(ObjectValue.string)).json(), as: UTF8.self)
            metadata["annotations"] = .object([
                "transparent-proxy.connectivity.api.sap/tenant-subdomains": .string(list)
            ])
        }
        let spec = ObjectValue.object(["destinationRef": .object(["name": .string("example-dest")])])
        return try await self.client.create(.destinations, .object(["metadata": .object(metadata), "spec": spec]))
    }

    func subject(of destination: ObjectValue) -> StatusSubject {
        StatusSubject(
            namespace: self.namespace,
            name: "mail",
            generation: destination.metadata.generation,
            port: 465,
            instance: "dest-service",
            scope: .namespaced,
            installNamespace: "tproxy-system",
            clusterDomain: "cluster.local"
        )
    }

    /// Writes a status and gives the object as it stands then.
    func apply(_ status: ObjectValue, to destination: ObjectValue) async throws -> ObjectValue {
        try await self.client.applyStatus(
            .destinations,
            self.subject(of: destination).object(with: status),
            fieldManager: "tproxy-manager",
            force: true
        )
    }

    func remove() async {
        _ = try? await self.client.delete(.namespaces, self.namespace)
        await self.client.shutdown()
    }
}
