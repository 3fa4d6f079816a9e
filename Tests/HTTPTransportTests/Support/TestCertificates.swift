import Foundation

/// A small PKI made by the openssl command in a folder of its own: a CA, a server certificate for localhost, a client
/// certificate, and a second CA that nobody trusts.
final class TestCertificates: Sendable {
    let folder: String

    var authority: String { folder + "/ca.pem" }
    var otherAuthority: String { folder + "/other.pem" }
    var server: (certificate: String, key: String) { (folder + "/server.pem", folder + "/server.key") }
    var client: (certificate: String, key: String) { (folder + "/client.pem", folder + "/client.key") }

    init() throws {
        folder = NSTemporaryDirectory() + "http-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["ca", "other"] {
            try openssl(["req", "-x509", "-keyout", "\(name).key", "-out", "\(name).pem", "-subj", "/CN=\(name)"])
        }
        try openssl([
            "req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE",
        ])
        try openssl([
            "req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "client.key", "-out", "client.pem",
            "-subj", "/CN=client", "-addext", "basicConstraints=CA:FALSE",
        ])
    }

    /// The client's key with a passphrase, in the form of today or that of old.
    func encryptedKey(isTraditional: Bool) throws -> String {
        let path = folder + "/encrypted-\(isTraditional).key"
        try run(
            (isTraditional ? ["ec", "-aes256"] : ["pkcs8", "-topk8"])
                + ["-in", "client.key", "-out", path, "-passout", "pass:unknown"]
        )
        return path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func openssl(_ arguments: [String]) throws {
        try run(arguments + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}
