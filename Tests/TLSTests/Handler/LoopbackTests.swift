import NIOCore
import TLS
import Testing

/// Our client against our server over real sockets.
@Suite(.timeLimit(.minutes(2))) struct LoopbackTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func aHundredMegabytesGoBothWaysAndEndCleanly(version: TLSVersion) async throws {
        let server = try await LoopbackServer.start(authority.serverContext()) { GreetingEchoHandler() }
        defer { server.stop() }
        let context = try authority.clientContext { $0.maximumVersion = version }
        var peer = try await LoopbackPeer.connect(port: server.port, context)
        #expect(try await peer.handshake().version == version)
        #expect(try await peer.data(containing: "hello") == "220 hello\r\n")

        let block = ByteBuffer(bytes: (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) })
        let channel = peer.channel
        async let sent: Void = {
            for _ in 0..<100 {
                try await channel.writeAndFlush(block)
            }
            try await channel.close(mode: .output)
        }()

        var received = ByteBuffer()
        var total = 0
        var errors: [TLSError] = []
        while let event = await peer.next() {
            switch event {
            case .data(var data):
                total += data.readableBytes
                received.writeBuffer(&data)
                while let chunk = received.readSlice(length: block.readableBytes) {
                    #expect(chunk == block)
                }
                received.discardReadBytes()
            case .error(let error): errors.append(error)
            case .handshakeCompleted, .inputClosed, .inactive: continue
            }
        }
        try await sent
        #expect(total == 100 * block.readableBytes)
        // Both directions ended with a close_notify, which closed the channel.
        #expect(errors.isEmpty)
    }

    @Test func ourAbruptCloseReachesThePeerAsAnError() async throws {
        let server = try await LoopbackServer.start(authority.serverContext()) { CuttingHandler() }
        defer { server.stop() }
        var peer = try await LoopbackPeer.connect(port: server.port, authority.clientContext())
        #expect(await peer.errorsToTheEnd().map(\.code) == [.uncleanShutdown])
    }
}

/// Cuts the connection as soon as the handshake is done.
private final class CuttingHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted {
            // The client is told of the handshake's end first.
            context.eventLoop.assumeIsolated().execute {
                context.triggerUserOutboundEvent(TLSAbruptClose(), promise: nil)
            }
        }
    }
}
