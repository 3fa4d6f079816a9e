internal import COpenSSL
internal import NIOCore

/// The server side of one TLS connection, over memory BIOs. Belongs to one event loop.
final class HostileTLS {
    /// A record that carries no data.
    enum EmptyRecord {
        /// TLS 1.3: asks for a KeyUpdate in return (RFC 8446 §4.6.3).
        case keyUpdate
        /// TLS 1.3: a NewSessionTicket (RFC 8446 §4.6.1).
        case ticket
        /// TLS 1.2: a HelloRequest (RFC 5246 §7.4.1.1).
        case helloRequest
    }

    private let ssl: OpaquePointer
    /// Owned by `ssl`.
    private let input: OpaquePointer
    private let output: OpaquePointer
    private(set) var isEstablished = false

    init?(_ context: HostileTLSContext) {
        guard let ssl = SSL_new(context.pointer) else { return nil }
        guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            return nil
        }
        (self.ssl, self.input, self.output) = (ssl, input, output)
        SSL_set_bio(ssl, input, output)
        SSL_set_accept_state(ssl)
    }

    deinit { SSL_free(ssl) }

    /// Takes ciphertext.
    func receive(_ ciphertext: ByteBuffer) {
        _ = ciphertext.withUnsafeReadableBytes { BIO_write(input, $0.baseAddress, Int32($0.count)) }
        guard !isEstablished else { return }
        ERR_clear_error()
        isEstablished = SSL_do_handshake(ssl) == 1
    }

    /// The plaintext that has arrived.
    func read() -> [UInt8] {
        var plaintext: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while isEstablished {
            ERR_clear_error()
            let count = SSL_read(ssl, &buffer, Int32(buffer.count))
            guard count > 0 else { break }
            plaintext += buffer.prefix(Int(count))
        }
        return plaintext
    }

    /// Encrypts.
    func write(_ plaintext: [UInt8]) {
        guard !plaintext.isEmpty else { return }
        ERR_clear_error()
        SSL_write(ssl, plaintext, Int32(plaintext.count))
    }

    /// Adds a record without data to the output.
    /// - Returns: false if the connection's version has no such record.
    func add(_ record: EmptyRecord) -> Bool {
        ERR_clear_error()
        let isQueued =
            switch record {
            case .keyUpdate: SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED)
            case .ticket: SSL_new_session_ticket(ssl)
            case .helloRequest: SSL_renegotiate(ssl)
            }
        return isQueued == 1 && SSL_do_handshake(ssl) == 1
    }

    /// Adds a close_notify to the output.
    func sendCloseNotify() {
        ERR_clear_error()
        SSL_shutdown(ssl)
    }

    /// Takes the ciphertext to send.
    func takeOutput() -> [UInt8] {
        let length = BIO_ctrl_pending(output)
        guard length > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = max(0, Int(BIO_read(output, buffer.baseAddress, Int32(length))))
        }
    }
}

@available(*, unavailable)
extension HostileTLS: Sendable {}
