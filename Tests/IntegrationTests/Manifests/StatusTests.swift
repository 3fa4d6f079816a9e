import ObjectModel
import TestSupport
import Testing

/// The status as the definition has it, on a real API server.
@Suite
struct StatusTests {
    @Test("The state of 2,000 tenants fits into a resource")
    func largest() async throws {
        let controlPlane = try await ControlPlane.shared
        try await controlPlane.installDefinition()
        let namespace = try await controlPlane.namespace()
        let kubectl = controlPlane.kubectl()
        // Of the length that subdomains have.
        let tenants = (1...2000).map { "customer-number-\($0)-subdomain" }
        let annotation = "[\(tenants.map { "\\\"\($0)\\\"" }.joined(separator: ", "))]"
        let created = try await kubectl.check(
            ["create", "-n", namespace, "-o", "json", "-f", "-"],
            input: """
                {"apiVersion": "destination.connectivity.api.sap/v1", "kind": "Destination",
                 "metadata": {"name": "mail", "annotations": {"\(MalformedDestination.tenants)": "\(annotation)"}},
                 "spec": {"destinationRef": {"name": "example-dest"}}}
                """
        )

        var members = try #require(try JSONReader.document(created).value.objectValue)
        members["status"] = Self.status(of: tenants, in: namespace)
        let path = "/apis/destination.connectivity.api.sap/v1/namespaces/\(namespace)/destinations/mail/status"
        try await kubectl.check(
            ["replace", "--raw", path, "-f", "-"],
            input: String(decoding: ObjectValue.object(members).json(), as: UTF8.self)
        )

        let stored = try JSONReader.document(
            await kubectl.check(["get", "-n", namespace, "-o", "json", "dest", "mail"])
        )
        #expect(stored.value["status"] == members["status"])
    }

    /// The largest that there can be: all have failed, and say why at length.
    private static func status(of tenants: [String], in namespace: String) -> ObjectValue {
        let time = ObjectValue.string("2026-01-02T03:04:05Z")
        let condition: [String: ObjectValue] = [
            "type": .string("Available"), "status": .string("False"), "lastTransitionTime": time,
            "lastUpdateTime": time, "reason": .string("FailedToApplyConfiguration"), "observedGeneration": .integer(1),
            "message": .string(String(repeating: "m", count: 4000)),
        ]
        let entries = tenants.enumerated().map { index, tenant in
            ObjectValue.object([
                "tenant": .string(tenant), "serviceName": .string("mail-\(tenant)"), "lastTransitionTime": time,
                "address": .string("mail-\(tenant).\(namespace).svc.cluster.local:465"), "state": .string("Failed"),
                "relayPort": .integer(20_000 + index), "message": .string(String(repeating: "m", count: 200)),
                "reason": .string("ConfigurationError-ReferencedDestination-NotFound"),
            ])
        }
        return .object([
            "observedGeneration": .integer(1), "conditions": .array([.object(condition)]),
            "tenantsReady": .string("0/2000"), "port": .integer(465), "scope": .string("namespaced"),
            "destinationServiceInstanceName": .string("dest-service"), "tenants": .array(entries),
        ])
    }
}
