import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite struct PolicyTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test("both sides use the policy's cipher suites and no others")
    func cipherSuites() throws {
        let expected = TLSPolicy.cipherSuites13 + TLSPolicy.cipherSuites12
        for context in [try authority.clientContext().openSSL, try authority.serverContext().openSSL] {
            let list = SSL_CTX_get_ciphers(context.pointer)
            let names = (0..<OPENSSL_sk_num(list)).compactMap { index in
                SSL_CIPHER_get_name(OPENSSL_sk_value(list, index).map { OpaquePointer($0) }).map { String(cString: $0) }
            }
            #expect(names == expected)
            #expect(SSL_CTX_get_security_level(context.pointer) == 2)
        }
    }

    enum Side: CaseIterable { case client, server }

    @Test("a peer that knows only what the policy excludes gets no connection", arguments: Side.allCases)
    func excluded(foreign: Side) throws {
        // CBC, and finite-field Diffie-Hellman in TLS 1.3.
        let changes: [(String, (OpaquePointer) -> CInt)] = [
            (
                "ECDHE-ECDSA-AES128-SHA256",
                { context in
                    _ = COpenSSL_SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION)
                    return SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-SHA256")
                }
            ),
            ("ffdhe2048", { COpenSSL_SSL_CTX_set1_groups_list($0, "ffdhe2048") }),
        ]
        for (name, change) in changes {
            let (client, server) = (try authority.clientContext(), try authority.serverContext())
            #expect(change(foreign == .client ? client.openSSL.pointer : server.openSSL.pointer) == 1)
            let pair = try EmbeddedPair(
                client: TLSHandler(client: client, serverName: "localhost"),
                server: TLSHandler(server: server)
            )
            defer { pair.finish() }
            try pair.handshake()
            #expect(pair.clientEvents.errors.map(\.code) == [.handshakeFailed], "\(name)")
            #expect(pair.serverEvents.errors.map(\.code) == [.handshakeFailed], "\(name)")
        }
    }

    @Test(
        "an alert that OpenSSL does not know is named by its number",
        arguments: [(UInt8(255), "the server localhost sent TLS alert 255"), (40, "handshake failure")]
    )
    func alerts(number: UInt8, text: String) throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.connect()
        _ = try? pair.client.writeInbound(ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, number]))
        #expect(pair.clientEvents.errors.map(\.code) == [.handshakeFailed])
        #expect(pair.clientEvents.errors.first?.reason.contains(text) == true)
    }
}
