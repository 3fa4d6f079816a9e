import COpenSSL

/// Owns an `SSL_CTX`.
///
/// `@unchecked Sendable`: it is set up by the one thread that makes it; after that only `SSL_new` is called on it,
/// which OpenSSL guards with its own locks.
final class OpenSSLContext: @unchecked Sendable {
    let pointer: OpaquePointer

    init(method: OpaquePointer?, versions: (minimum: TLSVersion, maximum: TLSVersion?)) throws(TLSError) {
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(method) else {
            throw .configuration("OpenSSL can't make a context: \(OpenSSLErrors.take().summary)")
        }
        self.pointer = pointer

        // Renegotiation has cost TLS 1.2 more than it ever gave; compression leaks secrets (CRIME).
        SSL_CTX_set_options(pointer, COpenSSL_OP_NO_RENEGOTIATION | COpenSSL_OP_NO_COMPRESSION)
        // Released buffers save an idle connection 34 KiB.
        _ = COpenSSL_SSL_CTX_set_mode(pointer, CLong(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        // Each call ends behind one message that yields no plaintext, so that they can be counted.
        _ = COpenSSL_SSL_CTX_clear_mode(pointer, CLong(SSL_MODE_AUTO_RETRY))
        let minimum = COpenSSL_SSL_CTX_set_min_proto_version(pointer, CInt(versions.minimum.wireValue))
        // 0 means: the newest.
        let maximum = COpenSSL_SSL_CTX_set_max_proto_version(pointer, CInt(versions.maximum?.wireValue ?? 0))
        guard minimum == 1, maximum == 1, versions.maximum.map({ $0 >= versions.minimum }) ?? true else {
            throw .configuration("the range of TLS versions is empty or not supported by OpenSSL")
        }
        try applyPolicy()
    }

    private func applyPolicy() throws(TLSError) {
        SSL_CTX_set_security_level(pointer, CInt(TLSPolicy.securityLevel))
        SSL_CTX_set_verify_depth(pointer, CInt(TLSPolicy.maximumChainDepth))
        _ = COpenSSL_SSL_CTX_set_max_cert_list(pointer, CLong(TLSPolicy.maximumCertificateListLength))
        guard SSL_CTX_set_cipher_list(pointer, TLSPolicy.cipherSuites12.joined(separator: ":")) == 1,
            SSL_CTX_set_ciphersuites(pointer, TLSPolicy.cipherSuites13.joined(separator: ":")) == 1,
            COpenSSL_SSL_CTX_set1_groups_list(pointer, TLSPolicy.groups.joined(separator: ":")) == 1
        else {
            throw .configuration("OpenSSL lacks a cipher suite or group: \(OpenSSLErrors.take().summary)")
        }
    }

    deinit {
        SSL_CTX_free(pointer)
    }
}

extension OpenSSLContext {
    func trust(_ store: TLSTrustStore) {
        SSL_CTX_set1_cert_store(pointer, store.pointer)
    }

    func use(_ identity: TLSIdentity) throws(TLSError) {
        let (leaf, issuers, key) = try identity.parsed()
        ERR_clear_error()
        guard SSL_CTX_use_certificate(pointer, leaf.pointer) == 1 else {
            throw .configuration("the certificate can't be used: \(OpenSSLErrors.take().summary)")
        }
        guard SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1 else {
            throw .configuration("the private key can't be used: \(OpenSSLErrors.take().summary)")
        }
        for issuer in issuers {
            guard COpenSSL_SSL_CTX_add1_chain_cert(pointer, issuer.pointer) == 1 else {
                throw .configuration("the certificate chain can't be used: \(OpenSSLErrors.take().summary)")
            }
        }
    }
}
