internal import DestinationModel

/// What the relay Services are called and marked with.
public enum RelayService {
    /// The name of the Service that claims a port.
    public static func name(port: Int) -> String { "\(prefix)\(port)" }

    /// The port that a Service of this name claims; `nil` for names of other Services.
    public static func port(name: String) -> Int? {
        guard name.hasPrefix(prefix), let port = Int(name.dropFirst(prefix.count)), (1...65_535).contains(port),
            self.name(port: port) == name
        else { return nil }
        return port
    }

    /// The DNS name of the Service that claims a port.
    public static func host(port: Int, namespace: String, clusterDomain: String) -> String {
        "\(name(port: port)).\(namespace).svc.\(clusterDomain)"
    }

    /// The annotation that holds the route as JSON.
    public static let routeAnnotation = DestinationResource.annotationPrefix + "route"
    /// The annotation that says when the claim was given up.
    public static let releasedAnnotation = DestinationResource.annotationPrefix + "released-at"
    /// The annotation by which Linkerd doesn't wait for the client to speak first; its value is ports of the Service.
    public static let opaquePortsAnnotation = "config.linkerd.io/opaque-ports"
    /// The label that the pods of the relay have, and that relay Services select by.
    public static let podLabel = (name: "app.kubernetes.io/name", value: "tproxy-relay")
    /// A label that no pod has: who selects by it selects nothing.
    static let nobody = (name: DestinationResource.annotationPrefix + "released", value: "true")

    private static let prefix = "relay-"
}
