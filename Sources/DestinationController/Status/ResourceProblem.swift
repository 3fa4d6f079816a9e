internal import DestinationModel
public import DestinationRules
internal import ObjectModel

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
        let faults = findings.filter { $0.severity == .error && $0.blocks == .resource }
        guard let first = faults.first else { return nil }
        let shown = faults.prefix(Self.mostFaults).map(\.statusMessage).joined(separator: ". ")
        let rest = faults.count - Self.mostFaults
        self.init(reason: first.statusReason, message: rest > 0 ? "\(shown). And \(rest) more faults" : shown)
    }

    private static let mostFaults = 3
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
