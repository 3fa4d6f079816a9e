import COpenSSL

@testable import TLS

/// Certificates with extensions that our own authority never writes.
enum CraftedCertificate {
    typealias Extension = (identifier: CInt, value: StaticString)

    /// Issues a certificate.
    ///
    /// - Parameters:
    ///   - extensions: in OpenSSL's configuration language.
    ///   - issuer: the authority; `nil` for a certificate that is its own.
    static func make(
        commonName: String?,
        _ extensions: [Extension],
        issuer: TLSIdentity?
    ) throws -> TLSIdentity {
        let key = try PrivateKey()
        let builder = try CertificateBuilder(key: key, commonName: commonName, validity: TestAuthority.always)
        let (authority, signer): (Certificate, PrivateKey)
        if let issuer {
            let parsed = try issuer.parsed()
            (authority, signer) = (parsed.leaf, parsed.key)
        } else {
            (authority, signer) = (builder.certificate, key)
        }
        try builder.setIssuer(authority)
        for (identifier, value) in extensions { try builder.add(identifier, value, issuer: authority) }
        return try builder.sign(with: signer)
    }
}
