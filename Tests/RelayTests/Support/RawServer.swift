import NIOCore
import NIOPosix

/// A TCP server that says a thing to whoever connects, and then nothing.
final class RawServer: Sendable {
    private let listener: any Channel
    let port: Int

    private init(listener: any Channel, port: Int) {
        self.listener = listener
        self.port = port
    }

    static func start(saying words: [UInt8] = []) async throws -> RawServer {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Speaker(words: words))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return RawServer(listener: listener, port: listener.localAddress?.port ?? 0)
    }

    func stop() async {
        try? await listener.close()
    }
}

private final class Speaker: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let words: [UInt8]

    init(words: [UInt8]) {
        self.words = words
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: words)), promise: nil)
    }
}
