/// Why the certificate is someone else's to look after.
public enum HandsOffReason: Sendable, Hashable {
    /// The webhook configuration asks cert-manager for its `caBundle`.
    case certManagerInjects
    /// One of the Secrets is cert-manager's.
    case certManagerOwns(secret: String)
    /// A Secret holds a certificate that neither this product made nor its labels claim.
    case foreignCertificate(secret: String)
}

extension HandsOffReason: CustomStringConvertible {
    /// One line of English, with what to do about it.
    public var description: String {
        switch self {
        case .certManagerInjects:
            "the webhook configuration is annotated for cert-manager, which then has to look after the certificate"
        case .certManagerOwns(let secret):
            "the Secret \(secret) is cert-manager's"
        case .foreignCertificate(let secret):
            "the Secret \(secret) holds a certificate that tproxy-manager didn't make; delete the Secret to have it made"
        }
    }
}
