internal import Kubernetes

/// All that decides what is to be done about a Destination.
struct DestinationObservation: Sendable {
    /// What is known of the Destination itself.
    enum Subject: Hashable, Sendable {
        /// There is none of that name, or it is being deleted.
        case absent
        /// There is one, in a namespace that isn't looked after.
        case unmanaged
        /// There is one.
        case present(Judgement)
    }

    /// A relay Service, and since when this process has known that it is given up.
    struct Claim: Hashable, Sendable {
        var service: ObservedClaim
        var releasedSince: ContinuousClock.Instant?
    }

    /// The Destination's name.
    let key: ObjectKey
    var subject: Subject
    /// Whether the subject was just read from the API server: before that nothing may be taken away.
    var isFresh: Bool
    /// The ports whose relay Services were just read from the API server.
    var askedPorts: Set<Int> = []
    /// Relay Services of Destinations of that name, be they of this one or of earlier ones.
    var claims: [Claim]
    /// Services of that namespace that a Destination of that name controls, or did.
    var aliases: [ObservedAlias]
    /// NetworkPolicies of Destinations of that name.
    var policies: [ObservedPolicy]
    /// The ports that tenants had whose relay Service is gone without having been given up.
    var lost: [String?: Int] = [:]
}
