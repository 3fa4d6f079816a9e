internal import DestinationModel
public import DestinationRules

/// What is wrong with the list of tenants that is no tenant's own fault.
public struct ListRemark: Hashable, Sendable {
    /// What is wrong and what to do.
    public let message: String
    /// Whether somebody whom the list may have meant isn't served.
    public let leavesOut: Bool

    /// What the rules' findings come to; `nil` where there is none of that kind.
    public init?(_ findings: [Finding]) {
        let faults = findings.filter { finding in
            guard finding.severity == .error else { return false }
            return switch finding.blocks {
            case .nothing, .someOfTheList: true
            case .tenant, .resource: false
            }
        }
        guard let first = faults.first else { return nil }
        let isAlone = faults.count == 1
        message = first.statusMessage + (isAlone ? "" : ". And \(faults.count - 1) more faults of the list")
        leavesOut = faults.contains { $0.blocks == .someOfTheList }
    }
}
