import DestinationModel
public import ObjectModel

/// What a Service of the install namespace says about relay ports.
public enum RelayServiceReading: Hashable, Sendable {
    /// A claim, as the manager makes them.
    case claim(RouteClaim)
    /// It has the name or the annotation of a claim and is none: somebody has tampered with it. Connections may come from
    /// it to each of these ports.
    case malformed(ports: [Int], problem: String)
    /// Something else.
    case unrelated

    /// Reads a Service.
    public init(_ service: ObjectValue) {
        let metadata = service["metadata"]
        let name = metadata?["name"]?.stringValue ?? ""
        let named = RelayService.port(name: name)
        let annotations = metadata?["annotations"]
        let text = annotations?[RelayService.routeAnnotation]?.stringValue
        guard named != nil || text != nil else {
            self = .unrelated
            return
        }
        let ports = service["spec"]?["ports"]?.arrayValue ?? []
        // A numeric port that isn't said is the Service's own. One that is a name may be any of the pod's.
        let targets = ports.compactMap { port -> Int? in
            guard case .integer(let number) = port["targetPort"] ?? port["port"] else { return nil }
            return number
        }
        let touched = Set(targets + [named].compactMap(\.self)).sorted()
        func malformed(_ problem: String) -> RelayServiceReading { .malformed(ports: touched, problem: problem) }
        guard let named else {
            self = malformed("it has the annotation of a relay Service, but not the name")
            return
        }
        guard let text else {
            self = malformed("it has the name of a relay Service, but not the annotation")
            return
        }
        guard let content = try? JSONReader.document(text).value, let owner = content["uid"]?.stringValue,
            let route = Route(content)
        else {
            self = malformed("its annotation holds no route")
            return
        }
        let releasedAt = annotations?[RelayService.releasedAnnotation]?.stringValue
        guard targets == [named], ports.count == 1 else {
            self = malformed("its ports lead elsewhere than to \(named)")
            return
        }
        self = .claim(RouteClaim(port: named, owner: owner, route: route, releasedAt: releasedAt))
    }
}
