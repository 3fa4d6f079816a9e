internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes

/// A relay Service as it was observed, or another Service of the install namespace that stands in the way of one.
struct ObservedClaim: Hashable, Sendable {
    /// The Service's name.
    let name: String
    let uid: String
    let resourceVersion: String
    /// What it claims; `nil` for a Service that claims nothing and only keeps ports from being used.
    var claim: RouteClaim?
    /// The ports that it touches.
    let ports: [Int]
    /// Whether all that is ours of the object is as ``RouteClaim/service(in:)`` makes it.
    var isIntact: Bool
    /// Whether no change can make it what it should be: an address that was taken away can't be given back.
    let isBeyondRepair: Bool
    /// The members of its selector: a patch has to name those that are to go.
    let selector: [String]

    /// Reads a Service; `nil` where it concerns no relay port.
    ///
    /// - Parameter server: Decides which fields a Service has to have.
    init?(_ service: ObjectValue, server: ServerVersion = .newest) {
        let metadata = service.metadata
        switch RelayServiceReading(service) {
        case .claim(let claim):
            self.claim = claim
            ports = [claim.port]
            let wanted = server.known(claim.service(in: metadata.namespace))
            isIntact = service.holds(wanted) && Self.hasNoMore(service, than: wanted)
        case .malformed(let ports, _):
            claim = nil
            self.ports = ports
            isIntact = false
        case .unrelated:
            return nil
        }
        name = metadata.name
        uid = metadata.uid
        resourceVersion = metadata.resourceVersion
        isBeyondRepair = Self.isHeadless(service)
        selector =
            isIntact && claim?.isServed == true ? [] : Array((service["spec"]?["selector"]?.objectValue ?? [:]).keys)
    }

    private static func isHeadless(_ service: ObjectValue) -> Bool {
        service["spec"]?["clusterIP"] == .string("None")
    }

    /// Whether nothing was added that would lead connections elsewhere.
    private static func hasNoMore(_ service: ObjectValue, than wanted: ObjectValue) -> Bool {
        guard let spec = service["spec"] else { return false }
        let selector = spec["selector"]?.objectValue ?? [:]
        return selector.count == wanted["spec"]?["selector"]?.objectValue?.count
            && spec["externalIPs"]?.isVoid ?? true && spec["externalName"]?.isVoid ?? true
            && !isHeadless(service) && spec["publishNotReadyAddresses"] != .bool(true)
    }
}

extension ObservedClaim {
    /// The change that makes the Service the one of a claim.
    func patch(to claim: RouteClaim, in namespace: String, server: ServerVersion = .newest) -> ObjectValue {
        let wanted = server.known(claim.service(in: namespace))
        var annotations = wanted["metadata"]?["annotations"]?.objectValue ?? [:]
        if claim.isServed { annotations[RelayService.releasedAnnotation] = .null }
        var selector = wanted["spec"]?["selector"]?.objectValue ?? [:]
        for name in self.selector where selector[name] == nil { selector[name] = .null }
        var spec: [String: ObjectValue] = [
            "type": .string("ClusterIP"), "selector": .object(selector), "ports": wanted["spec"]?["ports"] ?? .null,
            "externalIPs": .null, "externalName": .null, "publishNotReadyAddresses": .null,
        ]
        spec["ipFamilyPolicy"] = wanted["spec"]?["ipFamilyPolicy"]
        return .object([
            "metadata": .object([
                "resourceVersion": .string(resourceVersion), "uid": .string(uid),
                "labels": wanted["metadata"]?["labels"] ?? .null, "annotations": .object(annotations),
            ]),
            "spec": .object(spec),
        ])
    }
}
