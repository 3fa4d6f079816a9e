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

    /// A relay Service.
    struct Claim: Hashable, Sendable {
        var service: ObservedClaim
        /// Since when this process has known that it is given up.
        var releasedSince: ContinuousClock.Instant?
        /// The other Services that lead to its port: relays don't serve it for as long as there are any.
        var rivals: [String] = []
        /// Whether a relay may still have its port open.
        var mayBeOpen = false
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
    /// Services of that namespace that a Destination of that name controls, or did, and those without an owner that lead to
    /// the ports of its claims.
    var aliases: [ObservedAlias]
    /// NetworkPolicies of Destinations of that name.
    var policies: [ObservedPolicy]
    /// The ports that tenants had whose relay Service is gone without having been given up.
    var lost: [String?: Int] = [:]
}
