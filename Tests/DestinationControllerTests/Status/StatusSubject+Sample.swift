import DestinationModel
import DestinationRules
import Kubernetes
import ObjectModel
import Testing

@testable import DestinationController

extension StatusSubject {
    static let sample = StatusSubject(
        namespace: "shop",
        name: "mail",
        generation: 3,
        port: 465,
        instance: "dest-service",
        scope: .namespaced,
        installNamespace: "tproxy-system",
        clusterDomain: "cluster.local"
    )

    /// A tenant as the relays say it is.
    func tenant(_ name: String?, _ proof: RouteProof, before: StatusReading = .none) -> TenantStatus {
        tenant(
            name,
            serviceName: name.map { "mail-\($0)" } ?? "mail",
            relayPort: 20_001,
            proof: proof,
            before: before
        )
    }
}

extension StatusReading {
    static let none = StatusReading(nil)
}

extension MicroTime {
    /// So many seconds after a certain moment.
    static func at(_ seconds: Int) -> MicroTime { MicroTime(microseconds: (1_800_000_000 + seconds) * 1_000_000) }
}

/// Some rule's finding about an object.
func finding(_ text: String) throws -> Finding {
    let object = try JSONReader.document(text).value
    return try #require(DestinationRules.check(object).findings.first { $0.severity == .error })
}
