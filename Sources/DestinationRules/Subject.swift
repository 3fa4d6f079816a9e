internal import DestinationModel
import ObjectModel

/// An object as the rules look at it: the tree, and the few parts that several rules need.
struct Subject: Sendable {
    let object: ObjectValue
    let context: RuleContext
    /// `metadata.name`, where it is a text that is not empty.
    let name: String?
    /// `metadata.namespace`, likewise.
    let namespace: String?
    /// `spec`, where it is an object.
    let spec: ObjectValue?
    let tenants: TenantList
    /// The tenants that are texts, each once, in order.
    let tenantNames: [String]

    init(_ object: ObjectValue, context: RuleContext) {
        self.object = object
        self.context = context
        name = object["metadata"]?["name"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        namespace = object["metadata"]?["namespace"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        spec = object["spec"].flatMap { $0.objectValue == nil ? nil : $0 }
        tenants = TenantList(annotation: object[Paths.tenants])
        tenantNames = tenants.names
    }

    /// The text at a path, where there is one that is not empty.
    func text(_ path: FieldPath) -> String? {
        object[path]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The text at a path, unless it is longer than any that is permitted there: rules of their own refuse its length, and
    /// nothing else need be found in it.
    func shortText(_ path: FieldPath) -> String? {
        text(path).flatMap { $0.utf8.count <= 4 * DestinationLimits.instanceName ? $0 : nil }
    }

    /// Whether there is a value at a path; null counts as none.
    func has(_ path: FieldPath) -> Bool {
        switch object[path] {
        case nil, .null: false
        case .bool, .integer, .double, .string, .array, .object: true
        }
    }
}

/// The fields that rules look at.
enum Paths {
    static let name = FieldPath("metadata", "name")
    static let namespace = FieldPath("metadata", "namespace")
    static let annotations = FieldPath("metadata", "annotations")
    static let tenants = annotations.member(DestinationResource.tenantsAnnotation)
    static let spec = FieldPath("spec")
    static let destination = FieldPath("spec", "destinationRef")
    static let destinationName = destination.member("name")
    static let destinationLevel = destination.member("level")
    static let fragment = FieldPath("spec", "fragmentRef")
    static let fragmentName = fragment.member("name")
    static let fragmentOptional = fragment.member("optional")
    static let fragmentLevel = fragment.member("level")
    static let instance = FieldPath("spec", "destinationServiceInstanceName")
    static let port = FieldPath("spec", "service", "port")
    static let scope = FieldPath("spec", "accessControl", "scope")
    static let chain = FieldPath("spec", "chainRef")
}
