/// A kind of object as the API serves it.
public struct ResourceType: Hashable, Sendable {
    /// The API group; empty for the core group.
    public let group: String
    /// The group's version, such as `v1`.
    public let version: String
    /// The name in URLs, lower case, such as `services`.
    public let plural: String
    /// The name in objects, such as `Service`.
    public let kind: String
    /// Whether objects live in namespaces.
    public let isNamespaced: Bool

    /// Describes a kind. All of it comes from the program itself, never from outside.
    public init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// What objects of this kind say in `apiVersion`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}

extension ResourceType: CustomStringConvertible {
    /// `services`, `leases.coordination.k8s.io`.
    public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension ResourceType {
    /// The Destinations that this product serves.
    public static let destinations = ResourceType(
        group: "destination.connectivity.api.sap",
        version: "v1",
        plural: "destinations",
        kind: "Destination",
        isNamespaced: true
    )
    public static let services = ResourceType.core("services", "Service")
    public static let secrets = ResourceType.core("secrets", "Secret")
    public static let configMaps = ResourceType.core("configmaps", "ConfigMap")
    public static let pods = ResourceType.core("pods", "Pod")
    public static let namespaces = ResourceType.core("namespaces", "Namespace", isNamespaced: false)
    public static let events = ResourceType(
        group: "events.k8s.io",
        version: "v1",
        plural: "events",
        kind: "Event",
        isNamespaced: true
    )
    public static let leases = ResourceType(
        group: "coordination.k8s.io",
        version: "v1",
        plural: "leases",
        kind: "Lease",
        isNamespaced: true
    )
    public static let networkPolicies = ResourceType(
        group: "networking.k8s.io",
        version: "v1",
        plural: "networkpolicies",
        kind: "NetworkPolicy",
        isNamespaced: true
    )
    public static let validatingWebhookConfigurations = ResourceType(
        group: "admissionregistration.k8s.io",
        version: "v1",
        plural: "validatingwebhookconfigurations",
        kind: "ValidatingWebhookConfiguration",
        isNamespaced: false
    )
    public static let customResourceDefinitions = ResourceType(
        group: "apiextensions.k8s.io",
        version: "v1",
        plural: "customresourcedefinitions",
        kind: "CustomResourceDefinition",
        isNamespaced: false
    )

    private static func core(_ plural: String, _ kind: String, isNamespaced: Bool = true) -> ResourceType {
        ResourceType(group: "", version: "v1", plural: plural, kind: kind, isNamespaced: isNamespaced)
    }
}
