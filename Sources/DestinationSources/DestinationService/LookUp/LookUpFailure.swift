internal import DestinationModel
internal import HTTPTransport

/// Why a look-up failed, before it is known whose: what ``DestinationLookupError`` says, and what to do next.
struct LookUpFailure: Error, Hashable, Sendable {
    let code: DestinationLookupError.Code
    var detail: String?
    var findings: [DestinationFinding] = []
    /// How long the service wants to be left alone.
    var retryAfter: Duration?
    /// Whether the detail is about the tenant's own authorization server, and nobody else's business.
    var isTenantsOwn = false
    /// Whether the very next attempt may well succeed.
    var isFleeting = false

    init(
        _ code: DestinationLookupError.Code,
        _ detail: String? = nil,
        findings: [DestinationFinding] = [],
        retryAfter: Duration? = nil,
        isFleeting: Bool = false
    ) {
        self.code = code
        self.detail = detail
        self.findings = findings
        self.retryAfter = retryAfter
        self.isFleeting = isFleeting
    }

    func error(_ reference: DestinationReference, _ origin: DestinationOrigin) -> DestinationLookupError {
        DestinationLookupError(code, reference, findings: findings, detail: detail, origin: origin)
    }
}

extension LookUpFailure {
    /// What another tenant may hear of it.
    var forOthers: LookUpFailure {
        guard isTenantsOwn else { return self }
        return LookUpFailure(code, "other tenants' look-ups have failed, so it is left alone for some seconds")
    }

    /// There was no answer.
    init(_ error: HTTPError) {
        let fleeting: [HTTPError.Code] = [.connect, .connectionLost, .resolve]
        switch error.code {
        case .bodyTooLarge, .protocolViolation: self.init(.malformedAnswer, error.description)
        default: self.init(.serviceUnavailable, error.description, isFleeting: fleeting.contains(error.code))
        }
    }
}
