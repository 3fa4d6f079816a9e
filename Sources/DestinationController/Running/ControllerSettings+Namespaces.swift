internal import DestinationModel
internal import Kubernetes
internal import ObjectModel

extension ControllerSettings {
    private static let namespaceLabel = DestinationResource.annotationPrefix + "namespace"

    /// What selects the namespaces that are looked after, where they are selected.
    var namespaceSelector: String { "\(Self.namespaceLabel)=\(installNamespace)" }

    /// Whether a namespace is looked after.
    func isManaged(_ namespace: ObjectValue) -> Bool {
        !selectsNamespaces || namespace.metadata.labels[Self.namespaceLabel] == installNamespace
    }
}
