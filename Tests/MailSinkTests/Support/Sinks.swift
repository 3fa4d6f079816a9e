import Foundation
import TLS

@testable import MailSink

/// Starts a sink where `ann` has the password `secret`, and stops it after `body`.
@discardableResult
func withSink<Result>(
    _ configuration: SinkConfiguration = SinkConfiguration(),
    tls: TLSServerContext? = nil,
    _ body: (SinkServer) async throws -> Result
) async throws -> Result {
    let sink = try await SinkServer.start(configuration, tls: tls)
    sink.accounts.setPassword("secret", for: "ann")
    sink.accounts.addToken("good-token", for: "ann")
    do {
        let result = try await body(sink)
        await sink.stop()
        return result
    } catch {
        await sink.stop()
        throw error
    }
}

extension TestAuthority {
    /// A client's context that trusts this authority.
    func clientContext() throws -> TLSClientContext {
        let file = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString).pem").path
        try writeCertificate(to: file)
        defer { try? FileManager.default.removeItem(atPath: file) }
        var configuration = TLSClientConfiguration()
        configuration.trustRoots = .file(file)
        return try TLSClientContext(configuration)
    }
}
