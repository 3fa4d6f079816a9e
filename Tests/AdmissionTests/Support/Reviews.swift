import ObjectModel

@testable import Admission

/// AdmissionReviews as the API server sends them.
enum Reviews {
    static let tenants = "transparent-proxy.connectivity.api.sap/tenant-subdomains"

    /// A Destination.
    static func destination(
        _ name: String = "mail",
        namespace: String = "shop",
        tenants: String? = nil,
        spec: [String: ObjectValue] = [:]
    ) -> ObjectValue {
        var metadata: [String: ObjectValue] = ["name": .string(name), "namespace": .string(namespace)]
        if let tenants { metadata["annotations"] = .object([Self.tenants: .string(tenants)]) }
        let destination = ObjectValue.object(["destinationRef": .object(["name": .string("dest")])])
        return .object([
            "apiVersion": .string("destination.connectivity.api.sap/v1"),
            "kind": .string("Destination"),
            "metadata": .object(metadata),
            "spec": .object((destination.objectValue ?? [:]).merging(spec) { _, new in new }),
        ])
    }

    /// A review with the usual request, some members of which are others; null takes one away.
    static func review(
        _ object: ObjectValue = destination(),
        operation: String = "CREATE",
        changes: [String: ObjectValue] = [:]
    ) -> ObjectValue {
        let request: [String: ObjectValue] = [
            "uid": .string("0123-4567"),
            "operation": .string(operation),
            "resource": .object([
                "group": .string("destination.connectivity.api.sap"), "version": .string("v1"),
                "resource": .string("destinations"),
            ]),
            "namespace": object["metadata"]?["namespace"] ?? .null,
            "name": object["metadata"]?["name"] ?? .null,
            "userInfo": .object(["username": .string("jane")]),
            "object": object,
        ]
        return .object([
            "apiVersion": .string("admission.k8s.io/v1"),
            "kind": .string("AdmissionReview"),
            "request": .object(request.merging(changes) { _, new in new }),
        ])
    }
}
