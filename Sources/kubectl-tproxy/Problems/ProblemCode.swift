import DestinationModel

/// What can be wrong besides the resource itself, each with a section of docs/problems.md. The rules' codes are those
/// below TPX100.
struct ProblemCode: Hashable, Sendable {
    /// Such as `TPX101`.
    let text: String
    /// The section's title.
    let title: String

    private init(_ number: Int, _ title: String) {
        text = "TPX\(number)"
        self.title = title
    }

    /// Where it is explained.
    var page: String {
        let anchor = title.lowercased().replacing(" ", with: "-")
        return "docs/problems.md#\(anchor)"
    }

    static let resourceFaulty = ProblemCode(101, "Resource faulty")
    static let serviceNameTaken = ProblemCode(102, "Service name taken")
    static let serviceNotWritten = ProblemCode(103, "Service not written")
    static let notYetReady = ProblemCode(104, "Not yet ready")
    static let portsRunOut = ProblemCode(105, "Ports run out")
    static let destinationMissing = ProblemCode(106, "Destination missing")
    static let destinationServiceDown = ProblemCode(107, "Destination service down")
    static let bindingUnusable = ProblemCode(108, "Binding unusable")
    static let tenantNotAvailable = ProblemCode(109, "Tenant not available")
    static let noLeader = ProblemCode(110, "No leader")

    static let all = [
        resourceFaulty, serviceNameTaken, serviceNotWritten, notYetReady, portsRunOut, destinationMissing,
        destinationServiceDown, bindingUnusable, tenantNotAvailable, noLeader,
    ]

    /// The one that a reason in a status belongs to.
    init(reason: String) {
        self =
            switch reason {
            case StatusReason.failed, StatusReason.tenantsInvalid: .resourceFaulty
            case StatusReason.duplicate, StatusReason.foreignService: .serviceNameTaken
            case StatusReason.notWritten: .serviceNotWritten
            case StatusReason.relayNotReady, StatusReason.lookupPending: .notYetReady
            case StatusReason.portsExhausted: .portsRunOut
            case let reason where reason.hasPrefix("ConfigurationError-DestinationService-Credentials"):
                .bindingUnusable
            case let reason where reason.hasPrefix("ConfigurationError-DestinationService-"): .destinationServiceDown
            case let reason where reason.hasPrefix("ConfigurationError-"): .destinationMissing
            default: .tenantNotAvailable
            }
    }
}
