import DestinationModel
import ObjectModel

/// A Destination that is to be made, as the command line describes it.
struct DestinationDraft: Hashable, Sendable {
    var namespace: String?
    var name: String
    var destination: String
    var level: String?
    var fragment: String?
    var instance: String?
    var port: Int?
    var scope: String?
    var tenants: [String] = []

    /// The resource.
    var object: ObjectValue {
        var metadata: [String: ObjectValue] = ["name": .string(name)]
        metadata["namespace"] = namespace.map(ObjectValue.string)
        if !tenants.isEmpty {
            metadata["annotations"] = .object([
                DestinationResource.tenantsAnnotation: .string(TenantAnnotation.text(tenants))
            ])
        }
        var reference: [String: ObjectValue] = ["name": .string(destination)]
        reference["level"] = level.map(ObjectValue.string)
        var spec: [String: ObjectValue] = ["destinationRef": .object(reference)]
        spec["fragmentRef"] = fragment.map { .object(["name": .string($0)]) }
        spec["destinationServiceInstanceName"] = instance.map(ObjectValue.string)
        spec["service"] = port.map { .object(["port": .integer($0)]) }
        spec["accessControl"] = scope.map { .object(["scope": .string($0)]) }
        return .object([
            "apiVersion": .string(DestinationResource.apiVersion), "kind": .string(DestinationResource.kind),
            "metadata": .object(metadata), "spec": .object(spec),
        ])
    }

    /// The resource as a file to be kept, with a word on each part.
    var yaml: String {
        var lines = [
            "apiVersion: \(DestinationResource.apiVersion)", "kind: \(DestinationResource.kind)", "metadata:",
            "  name: \(YAMLScalarText.text(name))",
        ]
        if let namespace { lines.append("  namespace: \(YAMLScalarText.text(namespace))") }
        if tenants.isEmpty {
            lines += [
                "  # Applications connect to the Service \(YAMLScalarText.comment(name)). For several tenants, list their",
                "  # subdomains; each then has a Service of its own:",
                "  # annotations:",
                "  #   \(DestinationResource.tenantsAnnotation): '[\"tenant-a\", \"tenant-b\"]'",
            ]
        } else {
            lines += [
                "  annotations:",
                "    # The tenants' subdomains, as a JSON array. Each has a Service: \(YAMLScalarText.comment(serviceNames)).",
                "    \(DestinationResource.tenantsAnnotation): "
                    + YAMLScalarText.singleQuoted(TenantAnnotation.text(tenants)),
            ]
        }
        lines += [
            "spec:", "  destinationRef:", "    # The destination in the Destination service, of type MAIL.",
            "    name: \(YAMLScalarText.text(destination))",
        ]
        if let level { lines.append("    level: \(YAMLScalarText.text(level))") }
        if let fragment {
            lines += [
                "  # Merged over the destination by the Destination service.", "  fragmentRef:",
                "    name: \(YAMLScalarText.text(fragment))",
            ]
        }
        if let instance {
            lines += [
                "  # The instance of the Destination service, as the product's configuration names it.",
                "  destinationServiceInstanceName: \(YAMLScalarText.text(instance))",
            ]
        }
        if let port { lines += ["  service:", "    # The Services' port.", "    port: \(port)"] }
        if let scope {
            lines += [
                "  accessControl:", "    # Whose pods may connect: namespaced or clusterWide.",
                "    scope: \(YAMLScalarText.text(scope))",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var serviceNames: String {
        let names = tenants.prefix(3).map { ServiceName.text(resource: name, tenant: $0) }.joined(separator: ", ")
        return tenants.count > 3 ? "\(names), ..." : names
    }
}
