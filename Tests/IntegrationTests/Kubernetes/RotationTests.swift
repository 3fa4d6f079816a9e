import HTTPTransport
import Kubernetes
import Testing

/// Tokens, certificates and authorities whose files change under a running client.
@Suite
struct RotationTests {
    private let controlPlane: ControlPlane
    private let folder: TemporaryDirectory
    private let server: String

    init() async throws {
        self.controlPlane = try await ControlPlane.shared
        self.folder = try TemporaryDirectory()
        self.server = try ClusterAccess.kubeconfig(path: self.controlPlane.kubeconfig).server
    }

    /// A client by a kubeconfig of its own, with files in the test's folder.
    private func client(user: String, authority: String) throws -> KubernetesClient {
        try folder.write(
            """
            current-context: test
            contexts: [{name: test, context: {cluster: test, user: user}}]
            clusters: [{name: test, cluster: {server: "\(server)", certificate-authority: \(authority)}}]
            users: [{name: user, user: {\(user)}}]
            """,
            to: "kubeconfig"
        )
        return try KubernetesClient(.kubeconfig(path: folder.path("kubeconfig")), logger: .silent)
    }

    @Test("A token that the server refuses is read again at once")
    func token() async throws {
        try folder.write("an-outdated-token\n", to: "token")
        let client = try client(user: "tokenFile: token", authority: "\(controlPlane.folder)/ca.crt")
        #expect(try await code { _ = try await client.list(.namespaces) } == .unauthorized)
        try folder.write("  \(try controlPlane.token)\n", to: "token")
        #expect(try await !client.list(.namespaces).isEmpty)
    }

    @Test("So is a client certificate")
    func certificate() async throws {
        let name = "rotated-\(try await controlPlane.namespace())"
        // Any certificate that this server's authority has not made.
        let request = [
            "/usr/bin/env", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=\(name)", "-keyout", folder.path("key"), "-out", folder.path("certificate"),
        ]
        try await ProcessRunner.check(request)
        let client = try client(
            user: "client-certificate: certificate, client-key: key",
            authority: "\(controlPlane.folder)/ca.crt"
        )
        #expect(try await code { _ = try await client.list(.namespaces) } == .unauthorized)

        let kubeconfig = try await controlPlane.kubeconfig(user: name)
        let good = try #require(try ClusterAccess.kubeconfig(path: kubeconfig).credentials.identity)
        // What these print is where their files are.
        try await ProcessRunner.check(["/bin/cp", "\(good.certificateChain)", folder.path("certificate")])
        try await ProcessRunner.check(["/bin/cp", "\(good.privateKey)", folder.path("key")])
        // It is known by now, and has no rights.
        #expect(try await code { _ = try await client.list(.namespaces) } == .forbidden)
    }

    @Test("So is the authority of a server that isn't trusted any more")
    func authority() async throws {
        let request = [
            "/usr/bin/env", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=other", "-keyout", folder.path("other-key"), "-out", folder.path("ca"),
        ]
        try await ProcessRunner.check(request)
        let client = try client(user: "token: \(try controlPlane.token)", authority: "ca")
        #expect(try await code { _ = try await client.list(.namespaces) } == .unreachable)
        try await ProcessRunner.check(["/bin/cp", "\(controlPlane.folder)/ca.crt", folder.path("ca")])
        #expect(try await !client.list(.namespaces).isEmpty)
    }
}
