import NIOCore
import NIOEmbedded
import TLS
import Testing

@Suite struct CloseTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test func closingSaysGoodbye() throws {
        let pair = try EmbeddedPair(authority, allowHalfClosure: false)
        defer { pair.finish() }
        try pair.handshake()
        pair.client.close(promise: nil)
        try pair.exchange()
        #expect(pair.clientEvents.events == [.active, .handshakeCompleted, .inactive])
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted, .inactive])
    }

    @Test func theEndOfTCPAloneIsAnError() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted, .error(.uncleanShutdown), .inactive])
        #expect(pair.serverEvents.errors.first?.reason.contains("without a close_notify") == true)
    }

    @Test func aLostConnectionIsAnErrorAndFailsWrites() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        let promise = pair.client.eventLoop.makePromise(of: Void.self)
        pair.client.write(ByteBuffer(string: "never sent"), promise: promise)
        pair.client.pipeline.fireChannelInactive()
        #expect(pair.clientEvents.events.suffix(2) == [.error(.uncleanShutdown), .inactive])
        #expect(throws: TLSError.self) { try promise.futureResult.wait() }
    }

    @Test func anAbruptCloseSaysNothing() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.client.triggerUserOutboundEvent(TLSAbruptClose(), promise: nil)
        #expect(try pair.client.readOutbound(as: ByteBuffer.self) == nil)
        #expect(pair.clientEvents.events == [.active, .handshakeCompleted, .inactive])
        pair.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.serverEvents.errors.map(\.code) == [.uncleanShutdown])
    }

    @Test func otherOutboundEventsPass() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        let result = pair.client.triggerUserOutboundEvent("unknown")
        // The channel itself refuses what it does not know: the event came that far.
        #expect(throws: ChannelError.self) { try result.wait() }
    }

    @Test(arguments: [true, false]) func eitherDirectionMayEndFirst(clientFirst: Bool) throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        let (first, firstEvents) = clientFirst ? (pair.client, pair.clientEvents) : (pair.server, pair.serverEvents)
        let (second, secondEvents) = clientFirst ? (pair.server, pair.serverEvents) : (pair.client, pair.clientEvents)

        first.write(ByteBuffer(string: "last words"), promise: nil)
        let closed = first.close(mode: .output)
        #expect(throws: Never.self) { try closed.wait() }
        #expect(throws: ChannelError.self) { try first.writeAndFlush(ByteBuffer(string: "late")).wait() }
        #expect(throws: ChannelError.self) { try first.close(mode: .output).wait() }
        try pair.exchange()
        #expect(secondEvents.text == "last words")
        #expect(secondEvents.events == [.active, .handshakeCompleted, .data, .inputClosed])

        second.writeAndFlush(ByteBuffer(string: "still heard"), promise: nil)
        try pair.exchange()
        #expect(firstEvents.text == "still heard")

        second.close(mode: .output, promise: nil)
        try pair.exchange()
        #expect(firstEvents.events == [.active, .handshakeCompleted, .data, .inactive])
        #expect(secondEvents.events == [.active, .handshakeCompleted, .data, .inputClosed, .inactive])
    }

    @Test func theEndOfTCPAfterACloseNotifyIsNoNews() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.client.close(mode: .output, promise: nil)
        try pair.exchange()
        pair.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted, .inputClosed])
    }

    @Test func afterItsOwnEndTheEndOfTCPIsStillAnError() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.client.close(mode: .output, promise: nil)
        pair.client.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.clientEvents.errors.map(\.code) == [.uncleanShutdown])
    }

    @Test func anOutputClosedDuringTheHandshakeIsClosedAfterIt() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        pair.server.write(ByteBuffer(string: "421 busy"), promise: nil)
        pair.server.close(mode: .output, promise: nil)
        try pair.handshake()
        #expect(pair.clientEvents.events == [.active, .handshakeCompleted, .data, .inputClosed])
        #expect(pair.clientEvents.text == "421 busy")
    }

    @Test func closingDuringTheHandshakeSendsNoCloseNotify() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.connect()
        let hello = try pair.client.readOutbound(as: ByteBuffer.self)
        #expect(hello != nil)
        let written = pair.client.writeAndFlush(ByteBuffer(string: "early"))
        pair.client.close(promise: nil)
        #expect(try pair.client.readOutbound(as: ByteBuffer.self) == nil)
        #expect(throws: ChannelError.self) { try written.wait() }
        #expect(pair.clientEvents.events == [.active, .inactive])
    }

    @Test func thePeerClosingDuringTheHandshakeIsAHandshakeError() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.connect()
        let written = pair.client.writeAndFlush(ByteBuffer(string: "early"))
        pair.client.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.clientEvents.events == [.active, .error(.handshakeFailed), .inactive])
        #expect(throws: TLSError.self) { try written.wait() }
    }

    @Test func closingBeforeTheConnectionIsQuiet() throws {
        let channel = EmbeddedChannel()
        // What is put off until then holds the channel.
        defer { channel.embeddedEventLoop.run() }
        let events = EventRecorder()
        let handler = TLSHandler(client: try authority.clientContext(), serverName: "localhost")
        try channel.pipeline.syncOperations.addHandlers(handler, events)
        let written = channel.writeAndFlush(ByteBuffer(string: "early"))
        channel.close(promise: nil)
        #expect(throws: ChannelError.self) { try written.wait() }
        #expect(events.errors.isEmpty)
    }

    @Test func damagedCiphertextEndsTheConnectionOnBothSides() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.client.writeAndFlush(ByteBuffer(string: "precious"), promise: nil)
        var record = try #require(try pair.client.readOutbound(as: ByteBuffer.self))
        let last = record.writerIndex - 1
        record.setInteger(record.getInteger(at: last, as: UInt8.self).map { $0 ^ 1 } ?? 0, at: last)
        _ = try? pair.server.writeInbound(record)
        try pair.exchange()
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted, .error(.connectionFailed), .inactive])
        // The server's alert.
        #expect(pair.clientEvents.errors.first?.reason.contains("bad record mac") == true)
    }

    @Test func closingTheInputAloneIsNotSupported() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        #expect(throws: ChannelError.self) { try pair.client.close(mode: .input).wait() }
    }

    @Test func theHandlerIsReleased() throws {
        let pair = try EmbeddedPair(authority)
        try pair.handshake()
        #expect(pair.clientHandler != nil)
        pair.client.close(promise: nil)
        try pair.exchange()
        pair.finish()
        #expect(pair.clientHandler == nil)
        #expect(pair.serverHandler == nil)
    }

    @Test func closingFromWithinTheHandshakeEventWorks() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        pair.clientEvents.onHandshake = { $0.close(promise: nil) }
        try pair.handshake()
        #expect(pair.clientEvents.events == [.active, .handshakeCompleted, .inactive])
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted, .inputClosed])
    }

    @Test func closingFromWithinDataWorks() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        try pair.handshake()
        pair.serverEvents.onData = { context, _ in context.close(promise: nil) }
        pair.client.writeAndFlush(ByteBuffer(repeating: 0, count: 200_000), promise: nil)
        try pair.exchange()
        #expect(pair.serverEvents.readCount == 1)
        #expect(pair.serverEvents.events.last == .inactive)
        #expect(pair.serverEvents.errors.isEmpty)
    }
}
