import DestinationModel
import ObjectModel
import RelayRoutes

/// Where the Service that applications connect to leads: a port of the relays, and the namespace where they are.
struct RelayAlias: Hashable, Sendable {
    let port: Int
    /// Where the product is installed.
    let namespace: String

    /// Reads the Service.
    ///
    /// - Returns: `nil` unless it leads to a relay, as `relay-PORT.NAMESPACE.svc.…`.
    init?(_ service: ObjectValue) {
        let host = service["spec"]?["externalName"]?.stringValue ?? ""
        let labels = host.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard labels.count >= 3, let port = RelayService.port(name: labels[0]), DNSLabel.isRFC1123(labels[1]),
            labels[2] == "svc"
        else { return nil }
        (self.port, namespace) = (port, labels[1])
    }
}
