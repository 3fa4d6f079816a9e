/// What the duty tells whoever counts.
public enum CertificateEvent: Sendable, Hashable {
    /// Everything was looked at. Times are in seconds since 1970; `nil` where there is no certificate.
    case looked(at: CertificateStage, leafExpiry: Int64?, authorityExpiry: Int64?)
    /// A write succeeded that the stage called for.
    case wrote(CertificateStage)
    /// Something failed and will be tried again.
    case failed
    /// The duty has ended; another process may have it now.
    case ended
}
