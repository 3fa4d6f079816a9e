import TLS

/// An authority that is known by its certificate and, unless it was lost, its key. Prints without the key.
struct Signer: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let facts: CertificateFacts
    /// `nil`: what it signed can be verified, but it signs no more.
    let keyPEM: [UInt8]?

    /// An authority whose key nobody has.
    init(withoutKey facts: CertificateFacts) {
        self.facts = facts
        keyPEM = nil
    }

    /// Reads an authority from PEM; `nil` where there is none. A key that doesn't fit counts as lost.
    init?(certificatePEM: [UInt8]?, keyPEM: [UInt8]?) {
        guard let certificatePEM, let facts = try? CertificateFacts.read(certificatePEM).first, facts.isAuthority else {
            return nil
        }
        self.facts = facts
        self.keyPEM = keyPEM.flatMap { facts.fits(privateKeyPEM: $0) ? $0 : nil }
    }

    var canSign: Bool { keyPEM != nil }

    func isValid(at time: Int64) -> Bool { facts.validity.contains(time) }

    var description: String { facts.description }
    var customMirror: Mirror { Mirror(self, children: ["facts": facts]) }
}
