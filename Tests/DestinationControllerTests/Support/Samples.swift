import DestinationModel
import DestinationRules
import Kubernetes
import ObjectModel
import RelayRoutes

@testable import DestinationController

enum Samples {
    static let settings = ControllerSettings(
        installNamespace: "system",
        relayPorts: 20_000...20_009,
        instances: RuleContext.Instances(names: ["local", "other"], defaultName: "local")
    )

    /// A Destination as it would be stored.
    static func destination(
        _ name: String = "mail",
        namespace: String = "shop",
        tenants: [String]? = nil,
        annotation: String? = nil,
        spec: [String: ObjectValue] = [:]
    ) -> ObjectValue {
        let list = tenants.map { "[\($0.map { "\"\($0)\"" }.joined(separator: ","))]" }
        var metadata: [String: ObjectValue] = ["name": .string(name), "namespace": .string(namespace)]
        if let text = annotation ?? list {
            metadata["annotations"] = .object([DestinationResource.tenantsAnnotation: .string(text)])
        }
        let reference = ObjectValue.object(["name": .string("example-dest-smtps")])
        return .object([
            "apiVersion": .string(DestinationResource.apiVersion), "kind": .string(DestinationResource.kind),
            "metadata": .object(metadata),
            "spec": .object(spec.merging(["destinationRef": reference]) { given, _ in given }),
        ])
    }
}

extension ObjectValue {
    /// The object with another value at a path of names; `nil` takes the member away.
    func setting(_ path: [String], _ value: ObjectValue?) -> ObjectValue {
        guard let name = path.first else { return value ?? .null }
        var members = objectValue ?? [:]
        if path.count == 1 {
            members[name] = value
        } else {
            members[name] = (members[name] ?? .object([:])).setting(Array(path.dropFirst()), value)
        }
        return .object(members)
    }
}
