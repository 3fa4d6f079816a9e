import DestinationModel
import ObjectModel
import Testing
import YAML

/// A Destination resource as a person would write it, for tests that need one of a certain kind.
struct Destination: Sendable {
    var name: String
    var destination = "example-dest"
    var level: String?
    /// The value of the annotation, JSON or not.
    var tenants: String?
    /// Further lines of the spec, in YAML's flow style, such as `service: {port: 587}`.
    var spec: [String] = []
    var annotations: [String] = []

    var text: String {
        let tenants = self.tenants.map { "\(DestinationResource.tenantsAnnotation): '\($0)'" }
        let annotations = ([tenants].compactMap(\.self) + self.annotations).joined(separator: ", ")
        let level = self.level.map { ", level: \($0)" } ?? ""
        let spec = (["destinationRef: {name: \(self.destination)\(level)}"] + self.spec).joined(separator: ", ")
        return """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata: {name: \(self.name), annotations: {\(annotations)}}
            spec: {\(spec)}
            """
    }

    /// What Kubernetes makes of the text.
    func object() throws -> ObjectValue {
        try ObjectDocument(#require(YAML.documents(in: self.text).first)).value
    }
}
