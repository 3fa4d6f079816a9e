/// Where the certificate stands and what is to be done.
struct CertificatePlan: Sendable, Hashable {
    let stage: CertificateStage
    let action: CertificateAction
    /// When to look again though nothing has changed, in seconds since 1970; `nil` while only a change matters.
    let wakeAt: Int64?
    /// When the serving certificate in the Secret expires.
    let leafExpiry: Int64?
    /// When the active authority expires.
    let authorityExpiry: Int64?
}
