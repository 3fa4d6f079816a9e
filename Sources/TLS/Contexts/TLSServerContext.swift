import COpenSSL
import Synchronization

/// A server configuration made ready for use. Connections share it from any thread.
public final class TLSServerContext: Sendable {
    private let current: Mutex<OpenSSLContext>

    /// Checks the certificate and reads the files that the configuration names. Blocks: never call it on an event
    /// loop.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when a file, certificate or key can't be used.
    public init(_ configuration: TLSServerConfiguration) throws(TLSError) {
        self.current = Mutex(try Self.makeContext(configuration))
    }

    /// Puts another configuration in place for the connections to come; those that exist live on as they are.
    ///
    /// Sessions of the old configuration are not resumed by the new one, so every client sees a new certificate.
    /// Blocks like `init`. When it throws, nothing has changed.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when a file, certificate or key can't be used.
    public func reload(_ configuration: TLSServerConfiguration) throws(TLSError) {
        let replacement = try Self.makeContext(configuration)
        current.withLock { $0 = replacement }
    }

    /// The context for the next connection.
    var openSSL: OpenSSLContext {
        current.withLock { $0 }
    }

    private static func makeContext(_ configuration: TLSServerConfiguration) throws(TLSError) -> OpenSSLContext {
        let context = try OpenSSLContext(
            method: TLS_server_method(),
            versions: (configuration.minimumVersion, configuration.maximumVersion)
        )
        try context.use(configuration.identity)
        if let roots = configuration.clientTrustRoots {
            context.trust(try TLSTrustStore(roots))
            let mode =
                SSL_VERIFY_PEER | (configuration.requiresClientCertificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0)
            SSL_CTX_set_verify(context.pointer, mode, TLSConnection.verifyCallback)
            // A client that resumes a session is not verified again.
            SSL_CTX_set_options(context.pointer, COpenSSL_OP_NO_TICKET)
            SSL_CTX_set_num_tickets(context.pointer, 0)
        }
        // Tickets carry the session to the client and back, so nothing is kept here.
        _ = COpenSSL_SSL_CTX_set_session_cache_mode(context.pointer, CLong(SSL_SESS_CACHE_OFF))
        let idContext: [UInt8] = Array("tproxy".utf8)
        guard SSL_CTX_set_session_id_context(context.pointer, idContext, UInt32(idContext.count)) == 1 else {
            throw .configuration("OpenSSL can't set the session context: \(OpenSSLErrors.take().summary)")
        }
        return context
    }
}
