import TLS

/// The authority's Secret as it should be, but for the keys that are yet to be made.
struct AuthorityDraft: Sendable, Hashable {
    enum Slot: Sendable, Hashable {
        /// One that is known.
        case kept(Signer)
        /// A new one.
        case made(CertificateValidity)
    }

    var active: Slot?
    var next: Slot?
    var previous: [CertificateFacts]
    var previousSince: Int64?
}
