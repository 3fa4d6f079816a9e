import TLS
import Testing

/// Our client refuses the certificates of an `openssl s_server`, and tells it why.
@Suite(.timeLimit(.minutes(2))) struct OpenSSLVerificationTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var serverName = "localhost"
        var validity = TestAuthority.always
        var isKnownAuthority = true
        /// The name that OpenSSL has for the alert.
        var alert: String
    }

    @Test(
        arguments: [
            Case(testDescription: "wrong host", serverName: "mail.example.com", alert: "bad certificate"),
            Case(
                testDescription: "expired",
                validity: CertificateValidity(notBefore: 1_577_836_800, notAfter: 1_590_969_600),
                alert: "certificate expired"
            ),
            Case(testDescription: "unknown authority", isKnownAuthority: false, alert: "unknown ca"),
        ],
        [TLSVersion.v1_2, .v1_3]
    )
    func certificatesAreRefused(testCase: Case, version: TLSVersion) async throws {
        let authority = try TestAuthority()
        let trusted = testCase.isKnownAuthority ? authority : try TestAuthority(name: "Another CA")
        let files = try TLSIdentityFiles(try authority.identity(validity: testCase.validity))
        let (server, port) = try await OpenSSLProcess.server(identity: files)
        defer { server.stop() }
        let context = try trusted.clientContext { $0.maximumVersion = version }
        var peer = try await LoopbackPeer.connect(port: port, context, serverName: testCase.serverName)
        let error = await #expect(throws: TLSError.self) { try await peer.handshake() }
        #expect(error?.code == .certificateInvalid)
        try await server.waitForOutput(containing: "alert \(testCase.alert)")
    }
}
