import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

/// A peer that sends messages of TLS and no data. Its OpenSSL is made to send them.
@Suite struct InputWithoutDataTests {
    enum Side: CaseIterable { case client, server }

    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    /// A pair whose handshake is complete, and the half that floods the other.
    private func pair(_ version: TLSVersion, flooding side: Side) throws -> (EmbeddedPair, Flood) {
        let pair = try EmbeddedPair(
            client: TLSHandler(
                client: authority.clientContext { $0.maximumVersion = version },
                serverName: "localhost"
            ),
            server: TLSHandler(server: authority.serverContext())
        )
        try pair.handshake()
        let handler = side == .client ? pair.clientHandler : pair.serverHandler
        return (pair, Flood(connection: try #require(handler?.connection)))
    }

    @Test(
        "a handshake record after a handshake of TLS 1.2 ends the connection without an answer",
        arguments: Side.allCases
    )
    func renegotiation(flooding side: Side) throws {
        let (pair, flood) = try pair(.v1_2, flooding: side)
        defer { pair.finish() }
        let (target, events) = side == .client ? (pair.server, pair.serverEvents) : (pair.client, pair.clientEvents)
        // HelloRequest or ClientHello.
        _ = try? target.writeInbound(try #require(flood.renegotiation()))
        #expect(events.events == [.active, .handshakeCompleted, .error(.connectionFailed), .inactive])
        #expect(events.errors.first?.reason.contains("renegotiation") == true)
        #expect(try target.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test("a flood of key updates ends the connection", arguments: Side.allCases, [true, false])
    func keyUpdates(flooding side: Side, asksForAnswer: Bool) throws {
        let (pair, flood) = try pair(.v1_3, flooding: side)
        defer { pair.finish() }
        let (target, events) = side == .client ? (pair.server, pair.serverEvents) : (pair.client, pair.clientEvents)
        var sent = ByteBuffer()
        for _ in 0..<1000 { sent.writeImmutableBuffer(try #require(flood.keyUpdate(asksForAnswer: asksForAnswer))) }
        _ = try? target.writeInbound(sent)
        #expect(events.events == [.active, .handshakeCompleted, .error(.inputWithoutData), .inactive])
        var answered = 0
        while let answer = try target.readOutbound(as: ByteBuffer.self) { answered += answer.readableBytes }
        #expect(answered < 2000)
    }

    @Test("a flood of session tickets ends the connection, and few are kept")
    func tickets() throws {
        var sessions = 0
        let pair = try EmbeddedPair(
            client: TLSHandler(
                client: authority.clientContext(),
                serverName: "localhost",
                onNewSession: { _ in sessions += 1 }
            ),
            server: TLSHandler(server: authority.serverContext())
        )
        defer { pair.finish() }
        try pair.handshake()
        let flood = Flood(connection: try #require(pair.serverHandler?.connection))
        var sent = ByteBuffer()
        for _ in 0..<1000 { sent.writeImmutableBuffer(try #require(flood.ticket())) }
        _ = try? pair.client.writeInbound(sent)
        #expect(pair.clientEvents.errors.map(\.code) == [.inputWithoutData])
        #expect((2...33).contains(sessions))
    }

    @Test("a flood between records with data ends the connection")
    func interleaved() throws {
        let (pair, flood) = try pair(.v1_3, flooding: .server)
        defer { pair.finish() }
        var rounds = 0
        while pair.client.isActive, rounds < 1000 {
            rounds += 1
            _ = try? pair.client.writeInbound(try #require(flood.keyUpdate(asksForAnswer: true)))
            _ = try? pair.client.writeInbound(try #require(flood.data("2")))
        }
        #expect(pair.clientEvents.errors.map(\.code) == [.inputWithoutData])
        // OpenSSL may take two steps for a key update that it answers.
        #expect((16...40).contains(rounds))
    }

    @Test("a key update every 32 records never ends the connection")
    func legitimate() throws {
        let (pair, flood) = try pair(.v1_3, flooding: .server)
        defer { pair.finish() }
        for _ in 0..<4 { try pair.client.writeInbound(try #require(flood.ticket())) }
        for _ in 0..<100 {
            try pair.client.writeInbound(try #require(flood.keyUpdate(asksForAnswer: true)))
            for _ in 0..<32 { try pair.client.writeInbound(try #require(flood.data("250 ok"))) }
        }
        #expect(pair.clientEvents.received.readableBytes == 100 * 32 * 6)
        #expect(pair.clientEvents.errors.isEmpty)
    }

    @Test("input behind a close_notify is ignored, and ends the connection when it is too much")
    func behindTheEnd() throws {
        let (pair, flood) = try pair(.v1_3, flooding: .server)
        defer { pair.finish() }
        flood.connection.sendCloseNotify()
        try pair.client.writeInbound(try #require(flood.connection.takeCiphertext()))
        #expect(pair.clientEvents.events.last == .inputClosed)
        for _ in 0..<4 { try pair.client.writeInbound(ByteBuffer(repeating: 23, count: 16 * 1024)) }
        #expect(pair.clientEvents.events.last == .inputClosed)
        _ = try? pair.client.writeInbound(ByteBuffer(repeating: 23, count: 1))
        #expect(pair.clientEvents.events.suffix(2) == [.error(.inputWithoutData), .inactive])
    }

    @Test("a channel that waits to send its close_notify ends when the peer only sends")
    func behindBothEnds() throws {
        let (pair, flood) = try pair(.v1_3, flooding: .server)
        defer { pair.finish() }
        let socket = BlockedSocket()
        try pair.client.pipeline.syncOperations.addHandler(socket, position: .first)
        pair.client.close(mode: .output, promise: nil)
        flood.connection.sendCloseNotify()
        try pair.client.writeInbound(try #require(flood.connection.takeCiphertext()))
        #expect(pair.client.isActive)
        _ = try? pair.client.writeInbound(ByteBuffer(repeating: 23, count: 64 * 1024 + 1))
        #expect(!pair.client.isActive)
        socket.release()
    }

    @Test("nothing is read while TLS's own answers are not written")
    func backPressure() throws {
        let (pair, flood) = try pair(.v1_3, flooding: .server)
        defer { pair.finish() }
        let socket = BlockedSocket()
        try pair.client.pipeline.syncOperations.addHandler(socket, position: .first)
        pair.client.read()
        #expect(socket.reads == 1)

        // A peer that has not taken a few answers is still heard.
        for _ in 0..<4 { try pair.client.writeInbound(try #require(flood.keyUpdate(asksForAnswer: true))) }
        #expect(socket.reads == 5)
        try pair.client.writeInbound(try #require(flood.data("552 no")))
        #expect(pair.clientEvents.text == "552 no")

        for _ in 0..<8 { try pair.client.writeInbound(try #require(flood.keyUpdate(asksForAnswer: true))) }
        let paused = socket.reads
        pair.client.read()
        #expect(socket.reads == paused)
        #expect(paused < 14)

        socket.release()
        #expect(socket.reads == paused + 1)
        #expect(pair.clientEvents.errors.isEmpty)
    }
}

/// One half of a pair, made to send.
private struct Flood {
    let connection: TLSConnection

    func keyUpdate(asksForAnswer: Bool) -> ByteBuffer? {
        SSL_key_update(connection.ssl, asksForAnswer ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED)
        return handshake()
    }

    func ticket() -> ByteBuffer? {
        SSL_new_session_ticket(connection.ssl)
        return handshake()
    }

    func renegotiation() -> ByteBuffer? {
        SSL_clear_options(connection.ssl, UInt64(1) << 30)
        SSL_renegotiate(connection.ssl)
        return handshake()
    }

    func data(_ text: String) -> ByteBuffer? {
        _ = connection.write(ByteBuffer(string: text))
        return connection.takeCiphertext()
    }

    private func handshake() -> ByteBuffer? {
        SSL_do_handshake(connection.ssl)
        return connection.takeCiphertext()
    }
}

/// A socket that takes nothing until it is released, and counts reads.
private final class BlockedSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var reads = 0
    private var writes: [EventLoopPromise<Void>] = []

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let promise { writes.append(promise) }
    }

    func release() {
        let waiting = writes
        writes = []
        waiting.forEach { $0.succeed() }
    }
}
