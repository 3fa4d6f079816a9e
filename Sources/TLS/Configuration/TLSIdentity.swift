import COpenSSL

/// A certificate chain and the private key to its first certificate.
///
/// It holds a secret: it prints as `<redacted>`, and so does anything that contains it.
public struct TLSIdentity: Sendable, Hashable {
    /// The chain as PEM, the leaf first, then the intermediates. The root may be left out.
    public let certificateChainPEM: [UInt8]
    /// The key as unencrypted PEM.
    public let privateKeyPEM: [UInt8]

    /// Nothing is parsed here: a context made with a bad identity throws.
    public init(certificateChainPEM: [UInt8], privateKeyPEM: [UInt8]) {
        self.certificateChainPEM = certificateChainPEM
        self.privateKeyPEM = privateKeyPEM
    }

    /// Reads both parts from files. Blocks on the disk: never call it on an event loop.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when a file can't be read.
    public init(certificateFile: String, keyFile: String) throws(TLSError) {
        self.init(
            certificateChainPEM: try PEMFile.read(certificateFile),
            privateKeyPEM: try PEMFile.read(keyFile)
        )
    }

    /// Whether it can be used: both parts are PEM, the key isn't encrypted, and it is the one to the first certificate.
    ///
    /// - Throws: ``TLSError`` with code `configuration`, which says what is wrong and shows nothing of the key.
    public func check() throws(TLSError) {
        _ = try parsed()
    }

    func parsed() throws(TLSError) -> (leaf: Certificate, issuers: ArraySlice<Certificate>, key: PrivateKey) {
        let chain = try Certificate.parseChain(certificateChainPEM)
        let key = try PrivateKey(pem: privateKeyPEM)
        guard let leaf = chain.first else {
            throw .configuration("the PEM text holds no certificate")
        }
        ERR_clear_error()
        guard X509_check_private_key(leaf.pointer, key.pointer) == 1 else {
            throw .configuration("the private key does not fit the certificate: \(OpenSSLErrors.take().summary)")
        }
        return (leaf, chain.dropFirst(), key)
    }
}

extension TLSIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { description }
    /// Shows no parts, so that `dump` can't print the key either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
