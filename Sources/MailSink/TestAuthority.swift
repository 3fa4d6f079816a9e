internal import FoundationEssentials
public import TLS

/// A certification authority made on the spot, and what a test or a demonstration needs of it. Blocks for some
/// milliseconds: not for event loops.
public struct TestAuthority: Sendable {
    /// What issues the certificates.
    public let authority: CertificateAuthority
    private let now: Int64

    /// Makes a new authority, valid for a day.
    public init(name: String = "Mail sink authority") throws(TLSError) {
        now = Int64(Date().timeIntervalSince1970)
        authority = try CertificateAuthority(name: name, validity: CertificateValidity(from: now, seconds: 86400))
    }

    /// The authority's certificate, for those who are to trust it.
    public var certificatePEM: [UInt8] { authority.certificatePEM }

    /// A server's TLS context with a new certificate, by default for the loopback.
    public func serverContext(
        dnsNames: [String] = ["localhost"],
        ipAddresses: [String] = ["127.0.0.1", "::1"]
    ) throws(TLSError) -> TLSServerContext {
        let leaf = LeafCertificate(
            dnsNames: dnsNames,
            ipAddresses: ipAddresses,
            validity: CertificateValidity(from: now, seconds: 86400)
        )
        return try TLSServerContext(TLSServerConfiguration(identity: authority.issue(leaf)))
    }

    /// Writes the certificate as a PEM file.
    public func writeCertificate(to path: String) throws {
        try Data(certificatePEM).write(to: URL(filePath: path))
    }
}
