import Foundation
import MailSink
import TLS

/// An authority whose certificates the relays under test trust, made once for all tests.
struct TestTrust: Sendable {
    let authority: TestAuthority
    let file: String

    static let shared = Result { try TestTrust() }

    private init() throws {
        authority = try TestAuthority()
        file = NSTemporaryDirectory() + "relay-tests-\(UUID().uuidString).pem"
        try authority.writeCertificate(to: file)
    }
}
