import NIOCore
import TLS
import Testing

@Suite struct ResumptionTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    /// Connects once and returns what both sides say about resumption, and the sessions the server offered.
    private func connect(
        _ client: TLSClientContext,
        _ server: TLSServerContext,
        serverName: String = "localhost",
        resuming session: TLSSession? = nil,
        at now: Int64 = TestAuthority.always.notBefore
    ) throws -> (resumed: [Bool?], sessions: [TLSSession]) {
        var sessions: [TLSSession] = []
        let pair = try EmbeddedPair(
            client: TLSHandler(
                client: client,
                serverName: serverName,
                resuming: session,
                onNewSession: { sessions.append($0) },
                now: { now }
            ),
            server: TLSHandler(server: server)
        )
        defer { pair.finish() }
        try pair.handshake()
        pair.server.writeAndFlush(ByteBuffer(string: "220"), promise: nil)
        try pair.exchange()
        #expect(pair.clientEvents.text == "220")
        return ([pair.clientEvents.handshake?.resumed, pair.serverEvents.handshake?.resumed], sessions)
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3]) func aSessionIsResumed(version: TLSVersion) throws {
        let client = try authority.clientContext { $0.maximumVersion = version }
        let server = try authority.serverContext()
        let first = try connect(client, server)
        #expect(first.resumed == [false, false])
        let session = try #require(first.sessions.last)

        let second = try connect(client, server, resuming: session)
        #expect(second.resumed == [true, true])
        // The original was not touched by the connection that used it.
        #expect(try connect(client, server, resuming: session).resumed == [true, true])
    }

    @Test func anotherNameDoesNotResume() throws {
        let client = try authority.clientContext()
        let server = try authority.serverContext(authority.identity(dnsNames: ["localhost", "other"]))
        let session = try #require(try connect(client, server).sessions.last)
        #expect(try connect(client, server, serverName: "other", resuming: session).resumed == [false, false])
    }

    @Test func aSessionThatWasNotVerifiedIsNotResumedByOneThatVerifies() throws {
        let careless = try authority.clientContext { $0.verification = .none }
        let strict = try authority.clientContext()
        let server = try authority.serverContext()
        let session = try #require(try connect(careless, server).sessions.last)
        #expect(try connect(strict, server, resuming: session).resumed == [false, false])
        #expect(try connect(careless, server, resuming: session).resumed == [true, true])
    }

    @Test("a context made again does not resume the sessions of the one before, whose trust may have been another")
    func anotherContext() throws {
        let server = try authority.serverContext()
        let session = try #require(try connect(authority.clientContext(), server).sessions.last)
        #expect(try connect(authority.clientContext(), server, resuming: session).resumed == [false, false])
    }

    @Test(
        "the first certificate of the chain to expire ends a session",
        arguments: [TLSVersion.v1_2, .v1_3],
        // The leaf's end, before and behind the authority's.
        [TestAuthority.farFuture - 1000, TestAuthority.farFuture + 1000]
    )
    func expiry(version: TLSVersion, leafEnd: Int64) throws {
        let validity = CertificateValidity(notBefore: TestAuthority.always.notBefore, notAfter: leafEnd)
        let client = try authority.clientContext { $0.maximumVersion = version }
        let server = try authority.serverContext(authority.identity(validity: validity))
        let end = min(leafEnd, TestAuthority.farFuture)
        let session = try #require(try connect(client, server, at: end - 60).sessions.last)
        #expect(try connect(client, server, resuming: session, at: end).resumed == [true, true])
        #expect(try connect(client, server, resuming: session, at: end + 1).resumed == [false, false])
    }

    @Test("a chain of resumptions ends a day after its full handshake", arguments: [TLSVersion.v1_2, .v1_3])
    func age(version: TLSVersion) throws {
        let client = try authority.clientContext { $0.maximumVersion = version }
        let server = try authority.serverContext()
        let start = TestAuthority.always.notBefore
        var session = try #require(try connect(client, server, at: start).sessions.last)
        for hour in 1...23 {
            let next = try connect(client, server, resuming: session, at: start + Int64(hour) * 3600)
            #expect(next.resumed == [true, true])
            // TLS 1.2 may go on with the session that it has.
            session = next.sessions.last ?? session
        }
        let day = start + TLSSession.maximumAge
        #expect(try connect(client, server, resuming: session, at: day - 1).resumed == [true, true])
        #expect(try connect(client, server, resuming: session, at: day).resumed == [false, false])
    }

    @Test("a server that asks for certificates resumes no session", arguments: [TLSVersion.v1_2, .v1_3])
    func clientCertificates(version: TLSVersion) throws {
        let identity = try authority.identity(dnsNames: ["relay"], usage: .client)
        let client = try authority.clientContext {
            $0.maximumVersion = version
            $0.identity = identity
        }
        let server = try authority.serverContext { $0.clientTrustRoots = .file(authority.bundle.path) }
        let first = try connect(client, server)
        #expect(first.resumed == [false, false])
        guard let session = first.sessions.last else { return }
        #expect(try connect(client, server, resuming: session).resumed == [false, false])
    }

    @Test("a clock that was set back ends a session")
    func clockSetBack() throws {
        let client = try authority.clientContext()
        let server = try authority.serverContext()
        let session = try #require(try connect(client, server, at: 2_000_000_000).sessions.last)
        #expect(try connect(client, server, resuming: session, at: 1_999_999_999).resumed == [false, false])
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func reloadingShowsTheNewCertificateToEveryNewConnection(version: TLSVersion) throws {
        let client = try authority.clientContext { $0.maximumVersion = version }
        let server = try authority.serverContext()
        let old = try EmbeddedPair(
            client: TLSHandler(client: client, serverName: "localhost"),
            server: TLSHandler(server: server)
        )
        defer { old.finish() }
        try old.handshake()
        let session = try #require(try connect(client, server).sessions.last)

        try server.reload(TLSServerConfiguration(identity: authority.identity(dnsNames: ["renewed"])))
        #expect(try connect(client, server, serverName: "renewed").resumed == [false, false])

        // Old sessions don't hide the new certificate, which is not for this name.
        let refused = try EmbeddedPair(
            client: TLSHandler(client: client, serverName: "localhost", resuming: session),
            server: TLSHandler(server: server)
        )
        defer { refused.finish() }
        try refused.handshake()
        #expect(refused.clientEvents.errors.first?.reason.contains("is for renewed") == true)

        old.client.writeAndFlush(ByteBuffer(string: "still here"), promise: nil)
        try old.exchange()
        #expect(old.serverEvents.text == "still here")
    }

    @Test func aBadReloadChangesNothing() throws {
        let server = try authority.serverContext()
        let mismatch = TLSIdentity(
            certificateChainPEM: try authority.identity().certificateChainPEM,
            privateKeyPEM: try authority.identity().privateKeyPEM
        )
        #expect(throws: TLSError.self) { try server.reload(TLSServerConfiguration(identity: mismatch)) }
        #expect(try connect(authority.clientContext(), server).resumed == [false, false])
    }
}
