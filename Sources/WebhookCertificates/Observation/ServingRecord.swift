import TLS

/// The serving certificate that the serving Secret tells of.
struct ServingRecord: Sendable, Hashable {
    let leaf: CertificateFacts
    /// Whether the Secret has the leaf's key.
    let hasKey: Bool
    /// The authorities that the Secret tells of.
    let authorities: [CertificateFacts]

    /// Reads a Secret; `nil` where there is none, or no certificate in it.
    init?(_ secret: SecretContent?) {
        guard let data = secret?.data,
            let leaf = data[SecretKeys.leaf].flatMap({ try? CertificateFacts.read($0) })?.first
        else { return nil }
        self.leaf = leaf
        hasKey = data[SecretKeys.leafKey].map { leaf.fits(privateKeyPEM: $0) } ?? false
        let read = data[SecretKeys.authority].flatMap { try? CertificateFacts.read($0) } ?? []
        authorities = Array(read.filter(\.isAuthority).prefix(AuthorityRecord.mostPrevious))
    }
}
