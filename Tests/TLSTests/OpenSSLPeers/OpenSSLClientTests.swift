import NIOCore
import TLS
import Testing

/// Our server against `openssl s_client`.
@Suite(.timeLimit(.minutes(2))) struct OpenSSLClientTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    private func startServer(
        _ change: (inout TLSServerConfiguration) -> Void = { _ in }
    ) async throws -> LoopbackServer {
        try await LoopbackServer.start(try authority.serverContext(nil, change)) { GreetingEchoHandler() }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"]) func theServerSpeaksFirstAndEchoes(version: String) async throws {
        let server = try await startServer()
        defer { server.stop() }
        let client = try OpenSSLProcess.client(
            port: server.port,
            version,
            "-CAfile",
            authority.bundle.path,
            "-verify_return_error",
            "-verify_hostname",
            "localhost"
        )
        defer { client.stop() }
        try await client.waitForOutput(containing: "220 hello")
        try await client.waitForOutput(containing: "Verification: OK")
        try client.send("echo this\n")
        try await client.waitForOutput(containing: "echo this")
        client.closeInput()
        _ = try await client.outputToTheEnd()
    }

    @Test(arguments: ["-tls1", "-tls1_1"]) func oldVersionsAreRefused(version: String) async throws {
        let server = try await startServer()
        defer { server.stop() }
        let client = try OpenSSLProcess.client(port: server.port, version, "-cipher", "DEFAULT@SECLEVEL=0")
        defer { client.stop() }
        try await client.waitForOutput(containing: "alert protocol version")
    }

    @Test func renegotiationIsRefused() async throws {
        let server = try await startServer()
        defer { server.stop() }
        let client = try OpenSSLProcess.client(port: server.port, "-tls1_2")
        defer { client.stop() }
        try await client.waitForOutput(containing: "220 hello")
        try client.send("R\n")
        // The connection ends, where another side would answer with this alert, each time.
        #expect(try await !client.outputToTheEnd().contains("no renegotiation"))
    }

    @Test func aKeyUpdateIsAnswered() async throws {
        let server = try await startServer()
        defer { server.stop() }
        let client = try OpenSSLProcess.client(port: server.port, "-tls1_3")
        defer { client.stop() }
        try await client.waitForOutput(containing: "220 hello")
        try client.send("K\n")
        try await client.waitForOutput(containing: "KEYUPDATE")
        try client.send("under new keys\n")
        try await client.waitForOutput(containing: "under new keys")
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"]) func aSessionIsResumed(version: String) async throws {
        let server = try await startServer()
        defer { server.stop() }
        let session = try TemporaryFile()
        for (option, expected) in [("-sess_out", "New, TLS"), ("-sess_in", "Reused, TLS")] {
            let client = try OpenSSLProcess.client(
                port: server.port,
                version,
                "-CAfile",
                authority.bundle.path,
                option,
                session.path
            )
            defer { client.stop() }
            try await client.waitForOutput(containing: "220 hello")
            try await client.waitForOutput(containing: expected)
            client.closeInput()
            _ = try await client.outputToTheEnd()
        }
    }

    @Test func aClientWithoutACertificateIsRefused() async throws {
        let server = try await startServer { $0.clientTrustRoots = .file(authority.bundle.path) }
        defer { server.stop() }
        let stranger = try OpenSSLProcess.client(port: server.port)
        defer { stranger.stop() }
        try await stranger.waitForOutput(containing: "certificate required")

        let files = try TLSIdentityFiles(authority.identity(dnsNames: ["relay"], usage: .client))
        let known = try OpenSSLProcess.client(
            port: server.port,
            "-cert",
            files.certificate.path,
            "-key",
            files.key.path
        )
        defer { known.stop() }
        try await known.waitForOutput(containing: "220 hello")
    }
}
