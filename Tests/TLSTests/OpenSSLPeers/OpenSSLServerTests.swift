import NIOCore
import Synchronization
import TLS
import Testing

/// Our client against `openssl s_server`.
@Suite(.timeLimit(.minutes(2))) struct OpenSSLServerTests {
    private let authority: TestAuthority
    private let files: TLSIdentityFiles

    init() throws {
        authority = try TestAuthority()
        files = try TLSIdentityFiles(try authority.identity())
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3]) func dataGoesBothWays(version: TLSVersion) async throws {
        let (server, port) = try await OpenSSLProcess.server(identity: files, "-rev")
        defer { server.stop() }
        let context = try authority.clientContext { $0.maximumVersion = version }
        var peer = try await LoopbackPeer.connect(port: port, context)
        #expect(try await peer.handshake().version == version)
        peer.channel.writeAndFlush(ByteBuffer(string: "abc\n"), promise: nil)
        #expect(try await peer.data(containing: "\n") == "cba\n")
        try await peer.channel.close()
        #expect(await peer.errorsToTheEnd().isEmpty)
    }

    @Test(arguments: ["-tls1", "-tls1_1"]) func oldVersionsAreRefused(version: String) async throws {
        let (server, port) = try await OpenSSLProcess.server(
            identity: files,
            version,
            "-cipher",
            "DEFAULT@SECLEVEL=0"
        )
        defer { server.stop() }
        var peer = try await LoopbackPeer.connect(port: port, authority.clientContext())
        let error = await #expect(throws: TLSError.self) { try await peer.handshake() }
        #expect(error?.code == .protocolVersion)
    }

    @Test func aClientCertificateIsShown() async throws {
        let (server, port) = try await OpenSSLProcess.server(
            identity: files,
            "-Verify",
            "1",
            "-verify_return_error",
            "-CAfile",
            authority.bundle.path,
            "-rev"
        )
        defer { server.stop() }
        let identity = try authority.identity(dnsNames: ["relay"], usage: .client)
        let context = try authority.clientContext { $0.identity = identity }
        var peer = try await LoopbackPeer.connect(port: port, context)
        _ = try await peer.handshake()
        peer.channel.writeAndFlush(ByteBuffer(string: "abc\n"), promise: nil)
        #expect(try await peer.data(containing: "\n") == "cba\n")
        try await server.waitForOutput(containing: "CN = relay")
        try await peer.channel.close()
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3]) func aSessionIsResumed(version: TLSVersion) async throws {
        let (server, port) = try await OpenSSLProcess.server(identity: files, "-rev")
        defer { server.stop() }
        let context = try authority.clientContext { $0.maximumVersion = version }
        let sessions = Mutex<[TLSSession]>([])
        for expected in [false, true, true] {
            let session = sessions.withLock { $0.last }
            var peer = try await LoopbackPeer.connect(port: port, context, resuming: session) { new in
                sessions.withLock { $0.append(new) }
            }
            #expect(try await peer.handshake().resumed == expected)
            peer.channel.writeAndFlush(ByteBuffer(string: "abc\n"), promise: nil)
            _ = try await peer.data(containing: "\n")
            try await peer.channel.close()
        }
    }

    @Test func aKilledServerIsAnUncleanShutdown() async throws {
        let (server, port) = try await OpenSSLProcess.server(identity: files)
        defer { server.stop() }
        var peer = try await LoopbackPeer.connect(port: port, authority.clientContext())
        _ = try await peer.handshake()
        try await server.waitForOutput(containing: "CIPHER is")
        server.stop()
        #expect(await peer.errorsToTheEnd().map(\.code) == [.uncleanShutdown])
    }

    @Test func aServersGoodbyeIsTheEndOfInput() async throws {
        // With -rev the server closes when it is told to.
        let (server, port) = try await OpenSSLProcess.server(identity: files, "-rev")
        defer { server.stop() }
        var peer = try await LoopbackPeer.connect(port: port, authority.clientContext())
        _ = try await peer.handshake()
        peer.channel.writeAndFlush(ByteBuffer(string: "CLOSE\n"), promise: nil)
        var sawEnd = false
        while !sawEnd, let event = await peer.next() {
            if case .inputClosed = event { sawEnd = true }
        }
        #expect(sawEnd)
        try await peer.channel.close()
        #expect(await peer.errorsToTheEnd().isEmpty)
    }

    @Test func renegotiationIsRefused() async throws {
        let (server, port) = try await OpenSSLProcess.server(identity: files, "-tls1_2")
        defer { server.stop() }
        var peer = try await LoopbackPeer.connect(port: port, authority.clientContext())
        _ = try await peer.handshake()
        try await server.waitForOutput(containing: "CIPHER is")
        try server.send("r\n")
        #expect(await peer.errorsToTheEnd().map(\.code) == [.connectionFailed])
    }

    @Test func ourGoodbyeIsHeard() async throws {
        let (server, port) = try await OpenSSLProcess.server(identity: files)
        defer { server.stop() }
        var peer = try await LoopbackPeer.connect(port: port, authority.clientContext())
        _ = try await peer.handshake()
        try await peer.channel.close()
        try await server.waitForOutput(containing: "\nDONE\n")
    }

    @Test func anAbruptCloseIsSeenAsOne() async throws {
        let (server, port) = try await OpenSSLProcess.server(identity: files)
        defer { server.stop() }
        var peer = try await LoopbackPeer.connect(port: port, authority.clientContext())
        _ = try await peer.handshake()
        try await peer.channel.triggerUserOutboundEvent(TLSAbruptClose())
        // In words an unexpected end, or a reset where its session tickets weren't read yet.
        try await server.waitForOutput(containing: "ERROR")
        #expect(await peer.errorsToTheEnd().isEmpty)
    }
}
