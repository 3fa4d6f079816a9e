import COpenSSL

extension TLSConnection {
    var peer: String { serverName.map { "the server \($0)" } ?? "the client" }

    /// Why the handshake failed, with what to do about it where that is known.
    func handshakeError(_ errors: OpenSSLErrors) -> TLSError {
        if let verificationFailure, errors.contains(SSL_R_CERTIFICATE_VERIFY_FAILED) {
            return TLSError(code: .certificateInvalid, reason: verificationFailure.reason(peer: peer))
        }
        if errors.contains(SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_BAD_PROTOCOL_VERSION_NUMBER) {
            return TLSError(.notTLS, peer: peer)
        }
        if errors.contains(
            SSL_R_UNSUPPORTED_PROTOCOL,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
            SSL_R_NO_PROTOCOLS_AVAILABLE,
            // No cipher suite of ours is for a version as old as that.
            SSL_R_NO_CIPHERS_AVAILABLE,
            SSL_R_VERSION_TOO_LOW,
            SSL_R_VERSION_TOO_HIGH
        ) {
            return TLSError(
                code: .protocolVersion,
                reason: "\(peer) and this side have no TLS version in common (\(errors.summary))"
            )
        }
        return TLSError(code: .handshakeFailed, reason: reason(errors))
    }

    /// Why an established connection can't go on.
    func connectionError(_ errors: OpenSSLErrors) -> TLSError {
        TLSError(code: .connectionFailed, reason: reason(errors))
    }

    private func reason(_ errors: OpenSSLErrors) -> String {
        if let alert = errors.unknownAlert { return "\(peer) sent TLS alert \(alert)" }
        return "with \(peer): \(errors.summary)"
    }

    /// The TCP connection ended without a close_notify.
    var cutOff: TLSError {
        TLSError(
            code: .uncleanShutdown,
            reason: "\(peer) closed the connection without a close_notify; what it sent last may be incomplete"
        )
    }
}

extension TLSError {
    /// Why input was refused before OpenSSL saw it.
    ///
    /// - Parameter peer: the peer as the subject of a sentence.
    init(_ refusal: RecordGate.Refusal, peer: String) {
        switch refusal {
        case .notTLS:
            self.init(
                code: .protocolVersion,
                reason: "\(peer) did not answer with TLS; check the port: STARTTLS and plaintext ports can't be used"
            )
        case .handshakeRecordTooLong:
            self.init(code: .handshakeFailed, reason: "\(peer) sent a handshake record that is too long")
        case .handshakeTooLong:
            self.init(code: .handshakeFailed, reason: "\(peer) sent too much before the end of the handshake")
        case .renegotiation:
            self.init(code: .connectionFailed, reason: "\(peer) requested a renegotiation, which is not supported")
        case .tooManyRecordsWithoutData:
            self.init(code: .inputWithoutData, reason: "\(peer) sent nothing else")
        }
    }

    /// The peer speaks, and it isn't TLS.
    static func notTLS(peer: String) -> TLSError { TLSError(.notTLS, peer: peer) }

    /// The TCP connection ended before the handshake did.
    static func handshakeCutOff(peer: String) -> TLSError {
        TLSError(code: .handshakeFailed, reason: "\(peer) closed the connection during the handshake")
    }
}
