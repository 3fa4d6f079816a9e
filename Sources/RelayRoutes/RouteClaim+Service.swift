internal import DestinationModel
public import ObjectModel

extension RouteClaim {
    /// The labels of the Services, and whatever else the manager makes, of a route.
    public static func labels(component: String) -> [String: String] {
        [
            "app.kubernetes.io/managed-by": "tproxy-manager", "app.kubernetes.io/part-of": "tproxy",
            "app.kubernetes.io/component": component,
        ]
    }

    /// The relay Service that makes the claim. A claim that was given up selects no pods, so that it keeps its address
    /// and has no endpoints.
    public func service(in namespace: String) -> ObjectValue {
        var annotations: [String: ObjectValue] = [
            RelayService.routeAnnotation: .string(String(decoding: content.json(), as: UTF8.self)),
            RelayService.opaquePortsAnnotation: .string("\(route.servicePort)"),
        ]
        var selector: [String: ObjectValue] = [RelayService.podLabel.name: .string(RelayService.podLabel.value)]
        if let releasedAt {
            annotations[RelayService.releasedAnnotation] = .string(releasedAt)
            selector[RelayService.nobody.name] = .string(RelayService.nobody.value)
        }
        return .object([
            "apiVersion": .string("v1"), "kind": .string("Service"),
            "metadata": .object([
                "name": .string(RelayService.name(port: port)), "namespace": .string(namespace),
                "labels": .object(Self.labels(component: "route").mapValues(ObjectValue.string)),
                "annotations": .object(annotations),
            ]),
            "spec": .object([
                "type": .string("ClusterIP"), "selector": .object(selector),
                "ipFamilyPolicy": .string("PreferDualStack"),
                "ports": .array([
                    // A server speaks first in SMTP. Without a word, Istio waits for the client on any port but 25 and 587.
                    .object([
                        "name": .string("smtp"), "protocol": .string("TCP"), "appProtocol": .string("tcp"),
                        "port": .integer(route.servicePort), "targetPort": .integer(port),
                    ])
                ]),
            ]),
        ])
    }

    private var content: ObjectValue {
        guard case .object(var members) = route.object else { return .null }
        members["uid"] = .string(owner)
        return .object(members)
    }
}
