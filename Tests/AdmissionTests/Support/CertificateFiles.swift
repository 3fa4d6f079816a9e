import Foundation
import TLS

/// A certificate and its key in files of a folder, as a mounted Secret has them.
struct CertificateFiles {
    let directory: URL
    var certificate: String { directory.appending(path: "tls.crt").path }
    var key: String { directory.appending(path: "tls.key").path }

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "tproxy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// A new pair for localhost.
    static func identity(validity: CertificateValidity = .test) throws -> TLSIdentity {
        let authority = try CertificateAuthority(name: "Test", validity: .test)
        return try authority.issue(LeafCertificate(dnsNames: ["localhost"], validity: validity))
    }

    func write(certificateOf identity: TLSIdentity) throws {
        try Data(identity.certificateChainPEM).write(to: URL(filePath: certificate))
    }

    func write(keyOf identity: TLSIdentity) throws {
        try Data(identity.privateKeyPEM).write(to: URL(filePath: key))
    }

    func write(_ identity: TLSIdentity) throws {
        try write(certificateOf: identity)
        try write(keyOf: identity)
    }

    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }
}
