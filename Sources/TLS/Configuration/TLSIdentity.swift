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
}

extension TLSIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { description }
    /// Shows no parts, so that `dump` can't print the key either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
