import Synchronization
import TLS

/// The certificate that the server shows, from a pair of files that may change at any time.
///
/// A pair that doesn't match is never taken: whoever writes the files writes one of them first. The old pair is served
/// until the two match.
final class ServedCertificate: Sendable {
    let certificateFile: String
    let keyFile: String
    /// The certification authorities of clients; `nil` asks for no certificate.
    let clientCAFile: String?
    /// For the server's connections.
    let server: TLSServerContext
    private let state: Mutex<State>

    private struct State {
        /// For connections of our own to the server: trusts what the server shows and nothing else.
        let client: TLSClientContext
        /// When the certificate ends to be valid, in seconds since 1970.
        let expiry: Int64?
    }

    /// What a client that checks the server needs now.
    var client: TLSClientContext { state.withLock { $0.client } }

    /// When the certificate ends to be valid, in seconds since 1970.
    var expiry: Int64? { state.withLock { $0.expiry } }

    /// Reads the files for the first time. Blocks.
    ///
    /// - Throws: `TLSError` when they can't be used.
    init(certificateFile: String, keyFile: String, clientCAFile: String? = nil) throws(TLSError) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientCAFile = clientCAFile
        let identity = try TLSIdentity(certificateFile: certificateFile, keyFile: keyFile)
        server = try TLSServerContext(Self.configuration(identity, clientCAFile))
        state = Mutex(try Self.makeState(identity, certificateFile))
    }

    /// Reads the files again. Blocks.
    ///
    /// - Throws: `TLSError` when they can't be used; then nothing has changed.
    func reload() throws(TLSError) {
        let identity = try TLSIdentity(certificateFile: certificateFile, keyFile: keyFile)
        let new = try Self.makeState(identity, certificateFile)
        try server.reload(Self.configuration(identity, clientCAFile))
        state.withLock { $0 = new }
    }

    /// Probes and Prometheus show no certificate, so none is required for the connection.
    private static func configuration(_ identity: TLSIdentity, _ clientCAFile: String?) -> TLSServerConfiguration {
        var configuration = TLSServerConfiguration(identity: identity)
        configuration.clientTrustRoots = clientCAFile.map(TLSTrustRoots.file)
        configuration.requiresClientCertificate = false
        return configuration
    }

    private static func makeState(_ identity: TLSIdentity, _ certificateFile: String) throws(TLSError) -> State {
        var configuration = TLSClientConfiguration()
        configuration.trustRoots = .file(certificateFile)
        // The server is asked for by address.
        configuration.verification = .chainOnly
        let leaf = try CertificateFacts.read(identity.certificateChainPEM).first
        return State(client: try TLSClientContext(configuration), expiry: leaf?.validity.notAfter)
    }
}
