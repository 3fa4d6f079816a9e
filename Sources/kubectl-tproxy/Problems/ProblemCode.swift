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
    static let mailFailsForMost = ProblemCode(111, "Mail of most tenants fails")
    static let loginRefused = ProblemCode(112, "Login refused")
    static let noAccessToken = ProblemCode(113, "No access token")
    static let tlsFails = ProblemCode(114, "TLS fails")
    static let mailServerUnreachable = ProblemCode(115, "Mail server unreachable")
    static let mailServerTurnsAway = ProblemCode(116, "Mail server turns the relay away")
    static let mailsWait = ProblemCode(117, "Mails wait")
    static let messagesRefused = ProblemCode(118, "Messages refused")
    static let messagesBreakOff = ProblemCode(119, "Messages break off")
    static let noRelayReady = ProblemCode(120, "No relay ready")
    static let routesFailed = ProblemCode(121, "Routes failed")
    static let relayNotInStep = ProblemCode(122, "Relay not in step")
    static let connectionsNearLimit = ProblemCode(123, "Connections near the limit")
    static let queueStuck = ProblemCode(124, "Queue stuck")
    static let configurationRejected = ProblemCode(125, "Configuration rejected")
    static let admissionDown = ProblemCode(126, "Admission down")
    static let admissionIncomplete = ProblemCode(127, "Admission incomplete")
    static let certificateExpires = ProblemCode(128, "Certificate expires")
    static let definitionMissing = ProblemCode(129, "Definition missing")
    static let shutOut = ProblemCode(130, "Shut out")
    static let versionsApart = ProblemCode(131, "Versions apart")
    static let notAllowed = ProblemCode(132, "Not allowed to look")
    static let admissionOpen = ProblemCode(133, "Admission open")
    static let admissionNotTrusted = ProblemCode(134, "Admission not trusted")
    static let admissionErrors = ProblemCode(135, "Admission errors")
    static let serverDown = ProblemCode(136, "Server down")
    static let routesConflicting = ProblemCode(137, "Routes conflicting")
    static let managerNotWatching = ProblemCode(138, "Manager not watching")

    static let all = [
        resourceFaulty, serviceNameTaken, serviceNotWritten, notYetReady, portsRunOut, destinationMissing,
        destinationServiceDown, bindingUnusable, tenantNotAvailable, noLeader, mailFailsForMost, loginRefused,
        noAccessToken, tlsFails, mailServerUnreachable, mailServerTurnsAway, mailsWait, messagesRefused,
        messagesBreakOff, noRelayReady, routesFailed, relayNotInStep, connectionsNearLimit, queueStuck,
        configurationRejected, admissionDown, admissionIncomplete, certificateExpires, definitionMissing, shutOut,
        versionsApart, notAllowed, admissionOpen, admissionNotTrusted, admissionErrors, serverDown, routesConflicting,
        managerNotWatching,
    ]

    /// The one that a reason in a status belongs to.
    init(reason: String) {
        self =
            switch reason {
            case StatusReason.failed, StatusReason.tenantsInvalid: .resourceFaulty
            case StatusReason.duplicate, StatusReason.foreignService: .serviceNameTaken
            case StatusReason.notWritten, StatusReason.reconciliationFailed: .serviceNotWritten
            case StatusReason.relayNotReady, StatusReason.lookupPending: .notYetReady
            case StatusReason.portsExhausted: .portsRunOut
            case StatusReason.relayPortTaken: .routesFailed
            case StatusReason.relayPortContested: .routesConflicting
            case let reason where reason.hasPrefix("ConfigurationError-DestinationService-Credentials"):
                .bindingUnusable
            case let reason where reason.hasPrefix("ConfigurationError-DestinationService-"): .destinationServiceDown
            case let reason where reason.hasPrefix("ConfigurationError-"): .destinationMissing
            default: .tenantNotAvailable
            }
    }
}
