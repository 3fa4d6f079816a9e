import NIOCore
import NIOEmbedded
import TLS
import Testing

@Suite struct DataTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test func manySmallWritesBecomeOneRecord() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        for index in 0..<50 {
            pair.client.write(ByteBuffer(string: "line \(index)\r\n"), promise: nil)
        }
        pair.client.flush()
        let ciphertext = try #require(try pair.client.readOutbound(as: ByteBuffer.self))
        #expect(try pair.client.readOutbound(as: ByteBuffer.self) == nil)
        #expect(ciphertext.getInteger(at: 3, as: UInt16.self).map { Int($0) + 5 } == ciphertext.readableBytes)
        try pair.server.writeInbound(ciphertext)
        #expect(pair.serverEvents.readCount == 1)
        #expect(pair.serverEvents.text == (0..<50).map { "line \($0)\r\n" }.joined())
    }

    @Test func aLargeWriteCompletesOnceAllOfItIsWritten() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        let sent = ByteBuffer(bytes: (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        #expect(throws: Never.self) { try pair.client.writeAndFlush(sent).wait() }
        try pair.exchange()
        #expect(pair.serverEvents.received == sent)
    }

    @Test func emptyWritesComplete() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        #expect(throws: Never.self) { try pair.client.writeAndFlush(ByteBuffer()).wait() }
        #expect(try pair.client.readOutbound(as: ByteBuffer.self) == nil)
        pair.client.write(ByteBuffer(string: "a"), promise: nil)
        pair.client.write(ByteBuffer(), promise: nil)
        pair.client.writeAndFlush(ByteBuffer(string: "b"), promise: nil)
        try pair.exchange()
        #expect(pair.serverEvents.text == "ab")
    }

    @Test func answersFromWithinTheCallOutKeepTheirOrder() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.serverEvents.onData = { context, data in
            context.writeAndFlush(NIOAny(data), promise: nil)
        }
        for index in 0..<1000 {
            pair.client.writeAndFlush(ByteBuffer(string: "\(index) "), promise: nil)
        }
        try pair.exchange(pieceLength: 7)
        #expect(pair.clientEvents.text == (0..<1000).map { "\($0) " }.joined())
    }

    @Test func ciphertextThatArrivesDuringACallOutIsNotForgotten() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.client.writeAndFlush(ByteBuffer(string: "first "), promise: nil)
        let first = try #require(try pair.client.readOutbound(as: ByteBuffer.self))
        pair.client.writeAndFlush(ByteBuffer(string: "second"), promise: nil)
        var second = try pair.client.readOutbound(as: ByteBuffer.self)
        let server = pair.server
        pair.serverEvents.onData = { _, _ in
            guard let data = second.take() else { return }
            server.pipeline.fireChannelRead(data)
        }
        try pair.server.writeInbound(first)
        #expect(pair.serverEvents.text == "first second")
    }

    @Test func aWriteFromAWritesPromiseIsSent() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        let client = pair.client
        client.writeAndFlush(ByteBuffer(string: "one ")).assumeIsolated().whenSuccess {
            client.writeAndFlush(ByteBuffer(string: "two"), promise: nil)
        }
        try pair.exchange()
        #expect(pair.serverEvents.text == "one two")
    }

    /// Without it a reader that asks for one piece at a time would wait for ever behind a session ticket.
    @Test func aReadThatBringsNoDataIsFollowedByAnother() throws {
        let reads = ReadCounter()
        let client = EmbeddedChannel()
        try client.pipeline.syncOperations.addHandlers(
            reads,
            TLSHandler(client: authority.clientContext(), serverName: "localhost"),
            EventRecorder()
        )
        let server = EmbeddedChannel(handler: TLSHandler(server: try authority.serverContext()))
        let pair = (client: client, server: server)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        pair.server.connect(to: address, promise: nil)
        pair.client.connect(to: address, promise: nil)
        defer {
            _ = try? pair.client.finish(acceptAlreadyClosed: true)
            _ = try? pair.server.finish(acceptAlreadyClosed: true)
        }
        // The handshake reads by itself, nobody above having asked for anything.
        #expect(reads.count == 1)
        try pair.server.writeInbound(try pair.client.readOutbound(as: ByteBuffer.self))
        try pair.client.writeInbound(try pair.server.readOutbound(as: ByteBuffer.self))
        try pair.server.writeInbound(try pair.client.readOutbound(as: ByteBuffer.self))

        pair.client.read()
        let before = reads.count
        let tickets = try #require(try pair.server.readOutbound(as: ByteBuffer.self))
        try pair.client.writeInbound(tickets)
        #expect(reads.count == before + 1)

        pair.server.writeAndFlush(ByteBuffer(string: "data"), promise: nil)
        try pair.client.writeInbound(try pair.server.readOutbound(as: ByteBuffer.self))
        #expect(reads.count == before + 1)
    }
}

/// Counts what a TLS handler asks of the socket.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}

extension Optional {
    fileprivate mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}
