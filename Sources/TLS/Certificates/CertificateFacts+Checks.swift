import COpenSSL

extension CertificateFacts {
    /// Whether a private key, as unencrypted PEM, is the one to this certificate.
    public func fits(privateKeyPEM: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let key = try? PrivateKey(pem: privateKeyPEM) else { return false }
        return X509_check_private_key(certificate.pointer, key.pointer) == 1
    }

    /// Whether an authority's key made this certificate's signature. Says nothing about times.
    public func isSigned(by authority: CertificateFacts) -> Bool {
        defer { ERR_clear_error() }
        guard authority.isAuthority, let key = X509_get0_pubkey(authority.certificate.pointer) else { return false }
        return X509_check_issued(authority.certificate.pointer, certificate.pointer) == X509_V_OK
            && X509_verify(certificate.pointer, key) == 1
    }

    /// Whether a client that trusts these authorities, and no others, accepts this certificate from a TLS server.
    ///
    /// The authorities need not be roots, and the common name is not looked at: what Go's clients do, and so the
    /// Kubernetes API server.
    ///
    /// - Parameters:
    ///   - authorities: whom the client trusts.
    ///   - name: the host name by which it calls the server.
    ///   - time: the client's clock, in seconds since 1970.
    public func isAccepted(trusting authorities: [CertificateFacts], name: String, at time: Int64) -> Bool {
        defer { ERR_clear_error() }
        // OpenSSL would take an empty name for "any name".
        guard !name.isEmpty, !name.utf8.contains(0), let store = X509_STORE_new() else { return false }
        defer { X509_STORE_free(store) }
        for authority in authorities {
            // The same certificate twice is no error.
            guard X509_STORE_add_cert(store, authority.certificate.pointer) == 1 else { return false }
        }
        guard let context = X509_STORE_CTX_new() else { return false }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, store, certificate.pointer, nil) == 1,
            let parameters = X509_STORE_CTX_get0_param(context)
        else { return false }
        X509_VERIFY_PARAM_set_time(parameters, time_t(time))
        X509_VERIFY_PARAM_set_hostflags(
            parameters,
            UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        )
        guard X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN)) == 1,
            X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER) == 1,
            X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count) == 1
        else { return false }
        return X509_verify_cert(context) == 1
    }
}
