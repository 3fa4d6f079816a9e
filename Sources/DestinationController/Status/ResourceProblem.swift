internal import DestinationModel
public import DestinationRules
internal import ObjectModel
internal import RelayRoutes

/// What keeps a whole resource from being served.
public struct ResourceProblem: Hashable, Sendable {
    /// A word, as in ``StatusReason``.
    public let reason: String
    /// What is wrong and what to do.
    public let message: String

    /// Puts a problem together.
    public init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }

    /// What the rules' findings come to; `nil` where none of them concerns the whole resource.
    public init?(_ findings: [Finding]) {
        let faults = findings.filter { $0.blocks == .resource }
        guard let first = faults.first else { return nil }
        let shown = faults.prefix(Self.mostFaults).map(\.statusMessage).joined(separator: ". ")
        let rest = faults.count - Self.mostFaults
        self.init(reason: first.statusReason, message: rest > 0 ? "\(shown). And \(rest) more faults" : shown)
    }

    private static let mostFaults = 3

    /// Says as well what becomes of what was served before the problem arose.
    ///
    /// - Parameters:
    ///   - claims: The ports that the resource has.
    ///   - instances: Where destinations still come from.
    func besides(_ claims: [RouteClaim], from instances: RuleContext.Instances) -> ResourceProblem {
        let served = claims.filter(\.isServed)
        guard !served.isEmpty, served.allSatisfy({ instances.names.contains($0.route.destination.instance) }) else {
            return self
        }
        return ResourceProblem(
            reason: reason,
            message: "\(message). Until then, what was served before goes on as it was"
        )
    }
}

extension Finding {
    /// The reason that a status gives for it.
    var statusReason: String {
        if code == .collision { return StatusReason.duplicate }
        let isOfTenants = path.elements.starts(with: Self.tenants.elements)
        return isOfTenants ? StatusReason.tenantsInvalid : StatusReason.failed
    }

    private static let tenants = FieldPath("metadata", "annotations", DestinationResource.tenantsAnnotation)

    /// What a status says of it.
    var statusMessage: String { "\(message); \(mend) (\(code))" }
}
