import COpenSSL

extension TLSConnection {
    private var peer: String { serverName.map { "the server \($0)" } ?? "the client" }

    /// Why the handshake failed, with what to do about it where that is known.
    func handshakeError(_ errors: OpenSSLErrors) -> TLSError {
        if let verificationFailure, errors.contains(SSL_R_CERTIFICATE_VERIFY_FAILED) {
            return TLSError(code: .certificateInvalid, reason: verificationFailure.reason(peer: peer))
        }
        if errors.contains(SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_BAD_PROTOCOL_VERSION_NUMBER) {
            return TLSError(
                code: .protocolVersion,
                reason: "\(peer) did not answer with TLS; check the port: STARTTLS and plaintext ports can't be used"
            )
        }
        if errors.contains(
            SSL_R_UNSUPPORTED_PROTOCOL,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
            SSL_R_NO_PROTOCOLS_AVAILABLE,
            SSL_R_VERSION_TOO_LOW,
            SSL_R_VERSION_TOO_HIGH
        ) {
            return TLSError(
                code: .protocolVersion,
                reason: "\(peer) and this side have no TLS version in common (\(errors.summary))"
            )
        }
        return TLSError(code: .handshakeFailed, reason: "with \(peer): \(errors.summary)")
    }

    /// Why an established connection can't go on.
    func connectionError(_ errors: OpenSSLErrors) -> TLSError {
        TLSError(code: .connectionFailed, reason: "with \(peer): \(errors.summary)")
    }

    /// The TCP connection ended before the handshake did.
    var handshakeCutOff: TLSError {
        TLSError(code: .handshakeFailed, reason: "\(peer) closed the connection during the handshake")
    }

    /// The TCP connection ended without a close_notify.
    var cutOff: TLSError {
        TLSError(
            code: .uncleanShutdown,
            reason: "\(peer) closed the connection without a close_notify; what it sent last may be incomplete"
        )
    }
}
