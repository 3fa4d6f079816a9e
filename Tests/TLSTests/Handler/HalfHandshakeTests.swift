import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

/// Clients that begin a handshake and don't end it.
@Suite struct HalfHandshakeTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test("a server keeps no more of half a first record than its bytes")
    func halfRecord() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.connect()
        let hello = try #require(try pair.client.readOutbound(as: ByteBuffer.self))
        // As it comes from a socket: with room for much more.
        var received = ByteBufferAllocator().buffer(capacity: 64 * 1024)
        received.writeImmutableBuffer(try #require(hello.getSlice(at: 0, length: 100)))
        try pair.server.writeInbound(received)
        #expect(pair.serverHandler?.connection == nil)
        #expect((pair.serverHandler?.firstRecord.storageCapacity ?? .max) <= 128)

        try pair.server.writeInbound(try #require(hello.getSlice(at: 100, length: hello.readableBytes - 100)))
        #expect(pair.serverHandler?.connection != nil)
        #expect(pair.serverHandler?.firstRecord.storageCapacity == 0)
        try pair.exchange()
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted])
    }

    @Test("a server refuses a first record that is too long by its header")
    func longRecord() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.connect()
        _ = try? pair.server.writeInbound(ByteBuffer(bytes: [22, 3, 1, 0x40, 0]))
        #expect(pair.serverEvents.events == [.active, .error(.handshakeFailed), .inactive])
        #expect(pair.serverEvents.errors.first?.reason == "the client sent a handshake record that is too long")
    }

    @Test(
        "a server refuses plaintext and SSL 2",
        arguments: [Array("GET / HTTP/1.1\r\n".utf8), [0x80, 46, 1, 3, 1, 0]]
    )
    func notTLS(bytes: [UInt8]) throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.connect()
        _ = try? pair.server.writeInbound(ByteBuffer(bytes: bytes))
        #expect(pair.serverEvents.events == [.active, .error(.protocolVersion), .inactive])
    }

    @Test("a client ends a handshake of too many records")
    func manyRecords() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.connect()
        // Empty HelloRequests, which OpenSSL ignores in a handshake (RFC 5246 section 7.4.1.1).
        var records = 0
        while pair.client.isActive, records < 1000 {
            records += 1
            _ = try? pair.client.writeInbound(ByteBuffer(bytes: [22, 3, 3, 0, 4, 0, 0, 0, 0]))
        }
        #expect(pair.clientEvents.errors.map(\.code) == [.handshakeFailed])
        #expect(records == 129)
    }

    @Test(
        "the end of TCP in a handshake is an error for both sides, whether or not half-closure is allowed",
        arguments: [true, false],
        [0, 3]
    )
    func endOfTCP(allowsHalfClosure: Bool, received: Int) throws {
        let pair = try EmbeddedPair(authority, allowHalfClosure: allowsHalfClosure)
        defer { pair.finish() }
        try pair.connect()
        if received > 0 { try pair.server.writeInbound(ByteBuffer(bytes: [22, 3, 1])) }
        for (channel, events) in [(pair.client, pair.clientEvents), (pair.server, pair.serverEvents)] {
            if allowsHalfClosure {
                channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            } else {
                channel.pipeline.fireChannelInactive()
            }
            #expect(events.events.prefix(3) == [.active, .error(.handshakeFailed), .inactive])
            #expect(events.errors.first?.reason.hasSuffix("closed the connection during the handshake") == true)
        }
    }

    @Test("a channel that becomes inactive before it was active starts no handshake")
    func inactiveBeforeActive() throws {
        let channel = EmbeddedChannel()
        let events = EventRecorder()
        try channel.pipeline.syncOperations.addHandlers(
            TLSHandler(client: authority.clientContext(), serverName: "localhost"),
            events
        )
        let written = channel.writeAndFlush(ByteBuffer(string: "early"))
        channel.pipeline.fireChannelInactive()
        channel.pipeline.fireChannelActive()
        #expect(throws: ChannelError.self) { try written.wait() }
        #expect(events.events == [.inactive, .active])
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
