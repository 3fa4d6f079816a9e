import DestinationModel
import DestinationRules
import ObjectModel
import YAML

/// Objects for the tables, made of YAML.
enum Samples {
    static let annotation = DestinationResource.tenantsAnnotation

    /// The object of a text's only document.
    static func document(_ text: String) throws -> ObjectDocument {
        guard let node = try YAML.documents(in: text).first else { return ObjectDocument(.null) }
        return ObjectDocument(node)
    }

    /// A Destination whose tenants are this text.
    static func annotated(_ text: String) -> ObjectValue {
        .object([
            "apiVersion": .string(DestinationResource.apiVersion), "kind": .string(DestinationResource.kind),
            "metadata": .object(["name": .string("mail"), "annotations": .object([annotation: .string(text)])]),
            "spec": .object(["destinationRef": .object(["name": .string("dest")])]),
        ])
    }

    /// A Destination with lines of its own below metadata and spec.
    static func destination(
        name: String = "mail",
        metadata: String = "",
        destinationRef: String = "{name: dest}",
        spec: String = ""
    ) throws -> ObjectValue {
        try document(
            """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata:
              name: \(name)
              \(metadata)
            spec:
              destinationRef: \(destinationRef)
              \(spec)
            """
        ).value
    }

    /// A Destination whose annotation with the tenants is what is given, as a YAML value.
    static func tenants(_ yaml: String, name: String = "mail", namespace: String? = nil) throws -> ObjectValue {
        try destination(
            name: name,
            metadata: "namespace: \(namespace ?? "null")\n  annotations: {\(annotation): \(yaml)}"
        )
    }

    /// What others claim.
    static func index(_ objects: ObjectValue...) -> ClaimIndex {
        objects.reduce(into: ClaimIndex()) { $0.insert($1) }
    }

    /// The documented sample for one tenant, as it is.
    static let single = """
        apiVersion: destination.connectivity.api.sap/v1
        kind: Destination
        metadata:
          name: <destination-cr-name>
        spec:
          destinationRef:
            name: "example-dest-smtps"
          destinationServiceInstanceName: <dest-service-instance-name> // can be ommited if config.destinationService.defaultInstanceName is provided
        """

    /// The documented sample for several tenants, as it is.
    static let shared = """
        apiVersion: destination.connectivity.api.sap/v1
        kind: Destination
        metadata:
          name: <destination-cr-name>
          annotations:
            transparent-proxy.connectivity.api.sap/tenant-subdomains: '["tenant-subdomain", "another-tenant-subdomain"]'
          destinationRef:
            name: "example-dest-smtps"
          destinationServiceInstanceName: <dest-service-instance-name> // can be ommited if config.destinationService.defaultInstanceName is provided
        """
}

extension DestinationRules.Report {
    /// What the tables compare.
    var codes: [String] { findings.map(\.code.rawValue) }
}
