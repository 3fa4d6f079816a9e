import FileWatch
import Synchronization
import TLS

/// The certificate that the server shows, from a pair of files that may change at any time.
///
/// A pair that doesn't match is never taken: whoever writes the files writes one of them first. The old pair is served
/// until the two match.
final class ServedCertificate: Sendable {
    let certificateFile: String
    let keyFile: String
    /// For the server's connections.
    let server: TLSServerContext
    /// For connections of our own to the server: trusts what the server shows and nothing else.
    private let clientContext: Mutex<TLSClientContext>

    /// What a client that checks the server needs now.
    var client: TLSClientContext { clientContext.withLock { $0 } }

    /// Reads the files for the first time. Blocks.
    ///
    /// - Throws: `TLSError` when they can't be used.
    init(certificateFile: String, keyFile: String) throws(TLSError) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        let identity = try TLSIdentity(certificateFile: certificateFile, keyFile: keyFile)
        server = try TLSServerContext(TLSServerConfiguration(identity: identity))
        clientContext = Mutex(try Self.makeClient(certificateFile))
    }

    /// Reads the files again. Blocks.
    ///
    /// - Throws: `TLSError` when they can't be used; then nothing has changed.
    func reload() throws(TLSError) {
        let identity = try TLSIdentity(certificateFile: certificateFile, keyFile: keyFile)
        let client = try Self.makeClient(certificateFile)
        try server.reload(TLSServerConfiguration(identity: identity))
        clientContext.withLock { $0 = client }
    }

    private static func makeClient(_ certificateFile: String) throws(TLSError) -> TLSClientContext {
        var configuration = TLSClientConfiguration()
        configuration.trustRoots = .file(certificateFile)
        // The server is asked for by address.
        configuration.verification = .chainOnly
        return try TLSClientContext(configuration)
    }
}
