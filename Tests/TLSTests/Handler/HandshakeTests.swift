import NIOCore
import NIOEmbedded
import TLS
import Testing

@Suite struct HandshakeTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test func bothSidesHearOfTheHandshakeBeforeData() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        pair.client.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
        try pair.handshake()

        #expect(pair.clientEvents.events == [.active, .handshakeCompleted])
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted, .data])
        #expect(pair.serverEvents.text == "hello")
        #expect(pair.clientEvents.handshake?.version == .v1_3)
        #expect(pair.clientEvents.handshake?.resumed == false)
        #expect(pair.serverEvents.handshake?.serverName == "localhost")
    }
}
