import COpenSSL
import NIOCore

/// One TLS connection without the socket: ciphertext in and out through ``CiphertextBuffers``, plaintext through
/// `read` and `write`. Belongs to one event loop.
final class TLSConnection {
    /// The most plaintext that one read hands out.
    static let maximumReadLength = 64 * 1024

    let ssl: OpaquePointer
    private let buffers: CiphertextBuffers
    let serverName: String?
    /// What the sessions of this connection are good for; `nil` on the server's side.
    private let sessionScope: TLSSession.Scope?
    /// When the connection was made, in seconds since 1970.
    private let startedAt: Int64
    /// What the full handshake found that the offered session goes back to.
    private var offeredVerification: TLSSession.Verification?
    /// What the verification of the peer's certificate found, for the error's text.
    var verificationFailure: VerificationFailure?
    /// Sessions that the library has handed out and nobody has collected yet.
    private var newSessions: [TLSSession] = []
    /// Whether OpenSSL has been asked for the first message of the handshake.
    private var hasStarted = false

    /// - Parameter now: the time in seconds since 1970.
    init(
        client context: TLSClientContext,
        serverName: String,
        resuming session: TLSSession?,
        at now: Int64
    ) throws(TLSError) {
        let name = ServerName(serverName)
        self.ssl = try Self.makeSSL(context.openSSL)
        self.buffers = CiphertextBuffers(RecordGate(.fromServer))
        self.serverName = name.text
        let scope = TLSSession.Scope(serverName: name.text, context: context.identity)
        self.sessionScope = scope
        self.startedAt = now
        try attachBuffers()
        SSL_set_connect_state(ssl)
        try setServerName(name, context.configuration)
        // A copy of its own, because a handshake writes to its session and others may use the original.
        if let session, session.isValid(in: scope, at: now), let copy = SSL_SESSION_dup(session.pointer) {
            SSL_set_session(ssl, copy)
            SSL_SESSION_free(copy)
            offeredVerification = session.verification
        }
    }

    init(server context: TLSServerContext) throws(TLSError) {
        self.ssl = try Self.makeSSL(context.openSSL)
        self.buffers = CiphertextBuffers(RecordGate(.fromClient))
        self.serverName = nil
        self.sessionScope = nil
        self.startedAt = 0
        try attachBuffers()
        SSL_set_accept_state(ssl)
    }

    deinit {
        // Frees the BIO too, which points at `buffers`.
        SSL_free(ssl)
    }

    private static func makeSSL(_ context: OpenSSLContext) throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let ssl = SSL_new(context.pointer) else {
            throw .configuration("OpenSSL can't make a connection: \(OpenSSLErrors.take().summary)")
        }
        return ssl
    }

    private func attachBuffers() throws(TLSError) {
        guard let bio = CiphertextBIO.make(over: buffers) else {
            throw .configuration("OpenSSL can't make a BIO: \(OpenSSLErrors.take().summary)")
        }
        SSL_set_bio(ssl, bio, bio)
        // Not retained: the callbacks run only inside calls that this object makes.
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    }

    private func setServerName(
        _ name: ServerName,
        _ configuration: TLSClientConfiguration
    ) throws(TLSError) {
        ERR_clear_error()
        let verifiesName =
            switch configuration.verification {
            case .full: true
            case .chainOnly, .none: false
            }
        switch name.kind {
        case .ipAddress:
            guard verifiesName else { return }
            // RFC 6066 section 3 allows no addresses in SNI.
            guard X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.text) == 1 else {
                throw .configuration("OpenSSL does not take \(name.text) for an IP address")
            }
        case .hostName:
            guard COpenSSL_SSL_set_tlsext_host_name(ssl, name.text) == 1 else {
                throw .configuration("the server name is too long for SNI")
            }
            guard verifiesName else { return }
            let subject = configuration.acceptsCommonName ? 0 : X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
            SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | subject))
            guard SSL_set1_host(ssl, name.text) == 1 else {
                throw .configuration("OpenSSL does not take the server name for a host name")
            }
        case .unusable:
            // OpenSSL would take an empty name for "check no name", and a NUL for the name's end.
            throw .configuration("the server name is empty or holds characters that no host name has")
        }
    }

    /// The connection that a callback is about.
    static func connection(of ssl: OpaquePointer?) -> TLSConnection? {
        guard let ssl, let data = SSL_get_ex_data(ssl, 0) else { return nil }
        return Unmanaged<TLSConnection>.fromOpaque(data).takeUnretainedValue()
    }

    /// Returns 1 when it has taken over the reference to the session.
    static let newSessionCallback: @convention(c) (OpaquePointer?, OpaquePointer?) -> CInt = { ssl, session in
        guard let session, let connection = TLSConnection.connection(of: ssl), let scope = connection.sessionScope
        else { return 0 }
        connection.newSessions.append(
            TLSSession(owning: session, scope: scope, verification: connection.verification)
        )
        return 1
    }

    /// What the full handshake found that this connection goes back to.
    private var verification: TLSSession.Verification {
        if SSL_session_reused(ssl) == 1, let offeredVerification { return offeredVerification }
        return TLSSession.Verification(verifiedAt: startedAt, chain: SSL_get0_verified_chain(ssl))
    }
}

// MARK: Ciphertext

extension TLSConnection {
    /// The number of ciphertext bytes to be sent.
    var pendingCiphertextLength: Int { buffers.outbound.readableBytes }

    func receive(_ ciphertext: ByteBuffer) {
        if buffers.inbound.readableBytes > 0 {
            buffers.inbound.writeImmutableBuffer(ciphertext)
        } else {
            buffers.inbound = ciphertext
        }
    }

    /// What is to be sent to the peer, `nil` when there is nothing.
    func takeCiphertext() -> ByteBuffer? {
        guard pendingCiphertextLength > 0 else { return nil }
        defer { buffers.outbound = ByteBuffer() }
        return buffers.outbound
    }

    /// Makes room for the records of so much plaintext, so that the buffer need not grow step by step.
    private func reserveCiphertextCapacity(plaintextLength: Int) {
        let recordCount = plaintextLength / (16 * 1024) + 1
        // The worst a cipher suite of TLS 1.2 adds: header, initialisation vector, MAC, padding.
        let overhead = 5 + 16 + 48 + 16
        buffers.outbound.reserveCapacity(minimumWritableBytes: plaintextLength + recordCount * overhead)
    }

    /// The sessions that came since the last call.
    func takeNewSessions() -> [TLSSession] {
        guard !newSessions.isEmpty else { return [] }
        defer { newSessions = [] }
        return newSessions
    }
}

// MARK: TLS

extension TLSConnection {
    enum HandshakeOutcome {
        case complete(TLSHandshakeCompleted)
        case wantsInput
        /// What has come instead of the first record. The connection is of no more use.
        case plaintext(ByteBuffer)
        case failed(TLSError)
    }

    enum ReadOutcome {
        /// There may be more: call again.
        case bufferFull
        /// All that came in has been read.
        case drained
        /// The peer will send no more.
        case closeNotify
        case failed(TLSError)
    }

    /// Takes the handshake one step further: as far as the next record leads.
    /// - Parameter reportsPlaintext: whether input that doesn't begin as TLS is an outcome of its own, not a failure.
    func handshake(reportsPlaintext: Bool) -> HandshakeOutcome {
        if reportsPlaintext, buffers.gate.isPlaintext(buffers.inbound) {
            defer { buffers.inbound = ByteBuffer() }
            return .plaintext(buffers.inbound)
        }
        switch buffers.gate.admit(buffers.inbound) {
        case .refuse(let refusal): return .failed(TLSError(refusal, peer: peer))
        case .incomplete where hasStarted: return .wantsInput
        case .incomplete, .pass: break
        }
        hasStarted = true
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            let result = handshakeResult
            buffers.gate.handshakeCompleted(result.version)
            // What shares a record with the last message of TLS 1.2 is another handshake.
            guard result.version >= .v1_3 || !hasProcessedInput else {
                return .failed(TLSError(.renegotiation, peer: peer))
            }
            return .complete(result)
        }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsInput
        default: return .failed(handshakeError(OpenSSLErrors.take()))
        }
    }

    /// Decrypts what there is, at most about ``maximumReadLength`` bytes of it. The plaintext comes before the outcome.
    func read(allocator: ByteBufferAllocator) -> (plaintext: ByteBuffer?, outcome: ReadOutcome) {
        guard hasReadable else { return (nil, .drained) }
        // Plaintext is shorter than its ciphertext, so this is enough, save for a record whose start was read
        // earlier: what does not fit goes into the next buffer.
        let expected = max(Int(SSL_pending(ssl)), buffers.inbound.readableBytes)
        var plaintext = allocator.buffer(capacity: min(expected, Self.maximumReadLength))
        let outcome = read(into: &plaintext)
        return (plaintext.readableBytes > 0 ? plaintext : nil, outcome)
    }

    private func read(into plaintext: inout ByteBuffer) -> ReadOutcome {
        while hasReadable {
            guard plaintext.writableBytes > 0 else { return .bufferFull }
            if !hasProcessedInput, case .refuse(let refusal) = buffers.gate.admit(buffers.inbound) {
                return .failed(TLSError(refusal, peer: peer))
            }
            ERR_clear_error()
            let count = plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { space in
                var count = 0
                return SSL_read_ex(ssl, space.baseAddress, space.count, &count) == 1 ? count : 0
            }
            guard count == 0 else {
                guard let refusal = buffers.gate.processedData(length: count) else { continue }
                return .failed(TLSError(refusal, peer: peer))
            }
            switch SSL_get_error(ssl, 0) {
            case SSL_ERROR_WANT_READ:
                // Each call ends behind one message or record: see SSL_MODE_AUTO_RETRY.
                guard let refusal = buffers.gate.processedNoData() else { continue }
                return .failed(TLSError(refusal, peer: peer))
            case SSL_ERROR_ZERO_RETURN: return .closeNotify
            default: return .failed(connectionError(OpenSSLErrors.take()))
            }
        }
        return .drained
    }

    /// Without anything to read, asking OpenSSL would only make it allocate a record buffer and free it again.
    var hasReadable: Bool { hasProcessedInput || buffers.gate.next(in: buffers.inbound) != .incomplete }

    /// Whether OpenSSL holds a record that it has decrypted and not handed out: plaintext or messages.
    private var hasProcessedInput: Bool { buffers.gate.remaining == 0 && SSL_has_pending(ssl) == 1 }

    /// Encrypts all of `plaintext`: our BIO takes everything, so there are no partial writes.
    ///
    /// - Returns: the error, after which the connection is of no more use.
    func write(_ plaintext: ByteBuffer) -> TLSError? {
        let length = plaintext.readableBytes
        // OpenSSL does not define what writing nothing does.
        guard length > 0 else { return nil }
        reserveCiphertextCapacity(plaintextLength: length)
        ERR_clear_error()
        let succeeded = plaintext.withUnsafeReadableBytes { bytes in
            var count = 0
            return SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count) == 1 && count == length
        }
        return succeeded ? nil : connectionError(OpenSSLErrors.take())
    }

    /// Adds a close_notify to the ciphertext. Only for connections whose handshake is done and that have not failed.
    func sendCloseNotify() {
        ERR_clear_error()
        // 0 says that the peer's close_notify has not been seen, 1 that it has; a failure leaves nothing to send.
        _ = SSL_shutdown(ssl)
    }

    private var handshakeResult: TLSHandshakeCompleted {
        TLSHandshakeCompleted(
            version: TLSVersion(wireValue: UInt16(truncatingIfNeeded: SSL_version(ssl))),
            cipher: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "none",
            resumed: SSL_session_reused(ssl) == 1,
            serverName: SSL_is_server(ssl) == 1
                ? SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
                : nil,
            clientCertificate: TLSClientCertificate(clientOf: ssl)
        )
    }
}
