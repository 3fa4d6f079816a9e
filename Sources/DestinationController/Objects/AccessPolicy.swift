internal import DestinationModel
internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes

/// The NetworkPolicy that lets a Destination's applications in, and nobody else.
struct AccessPolicy: Hashable, Sendable {
    /// The Destination.
    let destination: ObjectKey
    /// `metadata.uid` of the Destination.
    let owner: String
    let scope: AccessScope
    /// The relay ports, ascending.
    let ports: [Int]

    /// The annotation that names the Destination.
    static let annotation = DestinationResource.annotationPrefix + "destination"
    static let labels = RouteClaim.labels(component: "access")
    private static let prefix = "destination-"
    /// The label that every namespace has since Kubernetes 1.22.
    private static let namespaceLabel = "kubernetes.io/metadata.name"

    static func name(owner: String) -> String { prefix + owner }

    /// The UID in a policy's name; `nil` for names of other policies.
    static func owner(name: String) -> String? {
        guard name.hasPrefix(prefix) else { return nil }
        return String(name.dropFirst(prefix.count))
    }

    /// The policy's own name.
    var name: String { Self.name(owner: owner) }

    /// The NetworkPolicy.
    func object(in namespace: String) -> ObjectValue {
        .object([
            "apiVersion": .string("networking.k8s.io/v1"), "kind": .string("NetworkPolicy"),
            "metadata": .object([
                "name": .string(name), "namespace": .string(namespace), "labels": labels, "annotations": annotations,
            ]),
            "spec": spec,
        ])
    }

    private var labels: ObjectValue { .object(Self.labels.mapValues(ObjectValue.string)) }

    private var annotations: ObjectValue { .object([Self.annotation: .string(destination.description)]) }

    private var spec: ObjectValue {
        let namespaces: ObjectValue
        switch scope {
        case .namespaced:
            namespaces = .object(["matchLabels": .object([Self.namespaceLabel: .string(destination.namespace)])])
        case .clusterWide:
            namespaces = .object([:])
        }
        return .object([
            "podSelector": .object([
                "matchLabels": .object([RelayService.podLabel.name: .string(RelayService.podLabel.value)])
            ]),
            "policyTypes": .array([.string("Ingress")]),
            "ingress": .array([
                .object([
                    "from": .array([.object(["namespaceSelector": namespaces])]),
                    "ports": .array(
                        ports.map { .object(["port": .integer($0), "protocol": .string("TCP")]) }
                    ),
                ])
            ]),
        ])
    }

    /// Whether all that is ours of a NetworkPolicy is as it should be, and its rules are no others.
    func isIntact(_ policy: ObjectValue) -> Bool {
        policy["spec"] == spec && policy["metadata"]?["labels"]?.holds(labels) ?? false
            && policy["metadata"]?["annotations"]?.holds(annotations) ?? false
    }

    /// The change that makes an observed policy this one.
    func patch(of observed: ObservedPolicy) -> ObjectValue {
        var spec = spec.objectValue ?? [:]
        spec["egress"] = .null
        // As a whole, so that no expressions or labels of others stay in it.
        spec["podSelector"] = .object([
            "matchLabels": .object(
                observed.podLabels.reduce(into: spec["podSelector"]?["matchLabels"]?.objectValue ?? [:]) {
                    if $0[$1] == nil { $0[$1] = .null }
                }
            ),
            "matchExpressions": .null,
        ])
        return .object([
            "metadata": .object([
                "resourceVersion": .string(observed.resourceVersion), "uid": .string(observed.uid), "labels": labels,
                "annotations": annotations,
            ]),
            "spec": .object(spec),
        ])
    }
}
