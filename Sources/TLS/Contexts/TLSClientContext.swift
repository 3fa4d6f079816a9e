import COpenSSL

/// A client configuration made ready for use: trust store loaded, certificate and key checked.
///
/// Make one per configuration and keep it; connections share it from any thread.
public final class TLSClientContext: Sendable {
    /// What it was made from.
    public let configuration: TLSClientConfiguration
    let openSSL: OpenSSLContext
    /// Tells the context from every other one, even one of the same configuration: its files may have changed.
    let identity = Identity()

    final class Identity: Sendable {}

    /// Reads the files that the configuration names. Blocks: never call it on an event loop.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when a file, certificate or key can't be used.
    public init(_ configuration: TLSClientConfiguration) throws(TLSError) {
        self.configuration = configuration
        self.openSSL = try OpenSSLContext(
            method: TLS_client_method(),
            versions: (configuration.minimumVersion, configuration.maximumVersion)
        )
        switch configuration.verification {
        case .full, .chainOnly:
            openSSL.trust(try TLSTrustStore(configuration.trustRoots))
            SSL_CTX_set_verify(openSSL.pointer, SSL_VERIFY_PEER, TLSConnection.verifyCallback)
        case .none:
            SSL_CTX_set_verify(openSSL.pointer, SSL_VERIFY_NONE, nil)
        }
        if let identity = configuration.identity {
            try openSSL.use(identity)
        }
        // Sessions are handed to the caller, who knows which of them may be reused where; OpenSSL keeps none.
        let cacheMode = SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
        _ = COpenSSL_SSL_CTX_set_session_cache_mode(openSSL.pointer, CLong(cacheMode))
        SSL_CTX_sess_set_new_cb(openSSL.pointer, TLSConnection.newSessionCallback)
    }
}
