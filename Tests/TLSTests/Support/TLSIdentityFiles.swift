import TLS

/// An identity as files, the way `openssl` takes it.
struct TLSIdentityFiles {
    let certificate: TemporaryFile
    let key: TemporaryFile

    init(_ identity: TLSIdentity) throws {
        certificate = try TemporaryFile(identity.certificateChainPEM)
        key = try TemporaryFile(identity.privateKeyPEM)
    }
}
