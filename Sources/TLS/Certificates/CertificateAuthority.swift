import COpenSSL

/// A certification authority of our own, with a key on the curve P-256.
///
/// Making keys and signatures takes about a millisecond each; nothing touches the disk.
public struct CertificateAuthority: Sendable {
    /// The authority's certificate and key. The key signs whatever its holder likes: keep it as closely as the most
    /// trusted certificate it can make.
    public let identity: TLSIdentity

    /// The authority's certificate as PEM, for those who are to trust it.
    public var certificatePEM: [UInt8] { identity.certificateChainPEM }

    /// Makes a new authority.
    ///
    /// - Parameters:
    ///   - name: the common name, at most 64 characters.
    ///   - validity: when the authority's own certificate is valid.
    /// - Throws: ``TLSError`` with code `configuration` when OpenSSL refuses the name or the times.
    public init(name: String, validity: CertificateValidity) throws(TLSError) {
        let key = try PrivateKey()
        let builder = try CertificateBuilder(key: key, commonName: name, validity: validity)
        try builder.setIssuer(builder.certificate)
        try builder.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: builder.certificate)
        try builder.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: builder.certificate)
        try builder.add(NID_subject_key_identifier, "hash", issuer: builder.certificate)
        self.identity = try builder.sign(with: key)
    }

    /// Takes up an authority that was made earlier.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when the certificate is not an authority's or the key is not
    ///   its own.
    public init(identity: TLSIdentity) throws(TLSError) {
        self.identity = identity
        let certificate = try identity.parsed().leaf
        guard X509_check_ca(certificate.pointer) == 1 else {
            throw .configuration("the certificate is not that of a certification authority")
        }
    }

    /// Issues a certificate with a new key.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when a name, address or time can't stand in a certificate.
    public func issue(_ leaf: LeafCertificate) throws(TLSError) -> TLSIdentity {
        let (issuer, _, issuerKey) = try identity.parsed()
        let key = try PrivateKey()
        // The subject is for the eyes only, and may be too long for a common name: clients go by the names below.
        let subject = (leaf.dnsNames + leaf.ipAddresses).first { $0.utf8.count <= Int(ub_common_name) }
        let builder = try CertificateBuilder(key: key, commonName: subject, validity: leaf.validity)
        try builder.setIssuer(issuer)
        try builder.add(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer)
        try builder.add(NID_key_usage, "critical,digitalSignature", issuer: issuer)
        let usage: StaticString =
            switch leaf.usage {
            case .server: "serverAuth"
            case .client: "clientAuth"
            }
        try builder.add(NID_ext_key_usage, usage, issuer: issuer)
        try builder.add(NID_subject_key_identifier, "hash", issuer: issuer)
        try builder.add(NID_authority_key_identifier, "keyid:always", issuer: issuer)
        try builder.addSubjectNames(dnsNames: leaf.dnsNames, ipAddresses: leaf.ipAddresses)
        return try builder.sign(with: issuerKey)
    }
}
