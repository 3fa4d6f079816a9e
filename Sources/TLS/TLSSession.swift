import COpenSSL

/// A session that a client may resume, saving both sides the certificates and a signature.
///
/// It is offered only to the server name it was made for and under the same configuration, because a resumed session
/// is not verified again; a handler that is given another one ignores it. The caller keeps sessions per host and port.
/// A TLS 1.3 session should be used once (RFC 8446, appendix C.4).
///
/// `@unchecked Sendable`: the `SSL_SESSION` is only read after `init`; each connection works on a copy of it.
public final class TLSSession: @unchecked Sendable {
    let pointer: OpaquePointer
    private let serverName: String
    private let configuration: TLSClientConfiguration

    /// Takes over the caller's reference.
    init(owning pointer: OpaquePointer, serverName: String, configuration: TLSClientConfiguration) {
        self.pointer = pointer
        self.serverName = serverName
        self.configuration = configuration
    }

    deinit {
        SSL_SESSION_free(pointer)
    }

    /// Whether resuming means the same as a handshake with this name and configuration.
    func isValid(serverName: String, configuration: TLSClientConfiguration) -> Bool {
        self.serverName == serverName && self.configuration == configuration
            && SSL_SESSION_is_resumable(pointer) == 1
    }
}
