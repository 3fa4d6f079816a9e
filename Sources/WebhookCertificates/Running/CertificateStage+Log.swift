import Logging

extension CertificateStage {
    /// One line for the log: of a write, what was done; of a wait, what for.
    var message: Logger.Message {
        switch self {
        case .handsOff: "the webhook's certificate is left to others"
        case .leafAhead: "the next authority is the active one now"
        case .authorityMissing: "there was no usable authority; took the next one or made a new one"
        case .authorityOrphaned: "the key of the authority in use is unknown; made a successor"
        case .rollOverDue: "made the authority's successor"
        case .authorityUntidy: "put the authority's Secret in order"
        case .bundleUnpublished: "wrote the authorities into the webhook configuration"
        case .leafUnusable: "the serving certificate was unusable; made a new one"
        case .switchDue: "every API server knows the next authority; it signed a new serving certificate"
        case .leafDue: "renewed the serving certificate"
        case .servingUntidy: "put the serving Secret in order"
        case .retirementDue: "dropped the previous authority"
        case .announcing: "waiting for every API server to know the next authority"
        case .retiring: "waiting for every admission server to use the new certificate"
        case .settled: "the webhook's certificate is in order"
        }
    }

    /// What else there is to say.
    var reason: String? {
        switch self {
        case .handsOff(let reason): reason.description
        case .leafUnusable(let fault): fault.rawValue
        case .leafAhead, .authorityMissing, .authorityOrphaned, .rollOverDue, .authorityUntidy, .bundleUnpublished,
            .switchDue, .leafDue, .servingUntidy, .retirementDue, .announcing, .retiring, .settled:
            nil
        }
    }
}

extension CertificatePlan {
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        metadata["reason"] = stage.reason.map { "\($0)" }
        metadata["certificateExpires"] = leafExpiry.map { "\(Timestamp.text($0))" }
        metadata["authorityExpires"] = authorityExpiry.map { "\(Timestamp.text($0))" }
        metadata["nextLook"] = wakeAt.map { "\(Timestamp.text($0))" }
        return metadata
    }
}
