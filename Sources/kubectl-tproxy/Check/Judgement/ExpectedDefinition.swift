import DestinationModel
import ObjectModel

/// What this build expects of the definition of Destinations: the fields that it sends and reads.
enum ExpectedDefinition {
    static let name = "destinations.\(DestinationResource.group)"

    static let fields = [
        "spec.destinationRef.name", "spec.destinationRef.level", "spec.fragmentRef.name", "spec.fragmentRef.optional",
        "spec.fragmentRef.level", "spec.destinationServiceInstanceName", "spec.service.port",
        "spec.accessControl.scope", "spec.chainRef", "status.observedGeneration", "status.conditions",
        "status.tenantsReady", "status.port", "status.destinationServiceInstanceName", "status.scope",
        "status.tenants.tenant", "status.tenants.serviceName", "status.tenants.address", "status.tenants.relayPort",
        "status.tenants.state", "status.tenants.reason", "status.tenants.message", "status.tenants.lastTransitionTime",
    ]

    /// The fields that a version of the definition lacks.
    static func missing(in version: ObjectValue) -> [String] {
        guard let schema = version["schema"]?["openAPIV3Schema"] else { return fields }
        return fields.filter { field in
            var place: ObjectValue? = schema
            for name in field.split(separator: ".") {
                // A list's fields are those of its items.
                place = (place?["items"] ?? place)?["properties"]?[String(name)]
            }
            return place == nil
        }
    }
}
