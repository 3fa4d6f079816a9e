/// A certificate authority of the test's own, and a certificate of its for `localhost`, 127.0.0.1 and further names.
final class TestCA: Sendable {
    private let directory: TemporaryDirectory

    /// PEM files: the authority's certificate, and the server's certificate and key.
    let certificate: String
    let serverCertificate: String
    let serverKey: String
    private let authorityKey: String
    private let request: [String]

    init(names: [String] = []) async throws {
        self.directory = try TemporaryDirectory()
        self.certificate = self.directory.path("ca.pem")
        self.serverCertificate = self.directory.path("server.pem")
        self.serverKey = self.directory.path("server.key")

        // A configuration of our own: the system's would add extensions that differ between machines.
        let configuration = try self.directory.write(
            """
            [req]
            distinguished_name = name
            [name]
            [authority]
            basicConstraints = critical,CA:TRUE
            keyUsage = critical,keyCertSign,cRLSign
            subjectKeyIdentifier = hash
            [client]
            basicConstraints = critical,CA:FALSE
            keyUsage = critical,digitalSignature
            extendedKeyUsage = clientAuth
            [server]
            basicConstraints = critical,CA:FALSE
            keyUsage = critical,digitalSignature
            extendedKeyUsage = serverAuth
            subjectAltName = \((["DNS:localhost", "IP:127.0.0.1"] + names.map { "DNS:" + $0 }).joined(separator: ","))
            """,
            to: "openssl.cnf"
        )
        self.request = [
            "/usr/bin/openssl", "req", "-x509", "-config", configuration, "-days", "2", "-nodes",
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        ]
        self.authorityKey = self.directory.path("ca.key")
        try await ProcessRunner.check(
            self.request + ["-extensions", "authority", "-subj", "/CN=Test authority"]
                + ["-keyout", self.authorityKey, "-out", self.certificate]
        )
        try await self.issue("server", name: "localhost", key: self.serverKey, certificate: self.serverCertificate)
    }

    /// The PEM files of a client's certificate and key.
    func client(_ name: String) async throws -> (certificate: String, key: String) {
        let files = (certificate: self.directory.path("\(name).pem"), key: self.directory.path("\(name).key"))
        try await self.issue("client", name: name, key: files.key, certificate: files.certificate)
        return files
    }

    private func issue(_ extensions: String, name: String, key: String, certificate: String) async throws {
        try await ProcessRunner.check(
            self.request + ["-extensions", extensions, "-subj", "/CN=\(name)", "-CA", self.certificate]
                + ["-CAkey", self.authorityKey, "-keyout", key, "-out", certificate]
        )
    }
}
