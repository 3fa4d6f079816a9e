import ArgumentParser
import NIOCore
import NIOPosix

/// A line of a given length: what goes in comes out later, in both directions, and so does the connection itself.
struct DelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delay",
        abstract: "A connection with a round-trip time."
    )

    @Option var port: Int
    @Option(help: "Where connections lead.") var to: Int
    @Option(help: "The round-trip time.") var milliseconds = 20

    func run() async throws {
        let half = TimeAmount.microseconds(Int64(milliseconds) * 500)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { near in
                let loop = near.eventLoop
                // A handshake takes a round trip before the first octet.
                loop.scheduleTask(in: half * 2) { Self.join(near, to: to, half) }
                return loop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await channel.closeFuture.get()
    }

    private static func join(_ near: any Channel, to port: Int, _ half: TimeAmount) {
        ClientBootstrap(group: near.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port)
            .flatMapThrowing { far in
                // Nobody would tell the far side of an end that has come already.
                guard near.isActive else { return far.close(promise: nil) }
                try near.pipeline.syncOperations.addHandler(DelayHandler(to: far, by: half))
                try far.pipeline.syncOperations.addHandler(DelayHandler(to: near, by: half))
                for channel in [near, far] { _ = channel.setOption(.autoRead, value: true) }
            }
            .whenFailure { _ in near.close(promise: nil) }
    }
}

/// Hands on what one side sends, later.
private final class DelayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let delay: TimeAmount

    init(to other: any Channel, by delay: TimeAmount) {
        self.other = other
        self.delay = delay
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let (octets, other) = (unwrapInboundIn(data), other)
        context.eventLoop.scheduleTask(in: delay) { other.writeAndFlush(octets, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let other = other
        context.eventLoop.scheduleTask(in: delay) { other.close(promise: nil) }
    }
}

@available(*, unavailable)
extension DelayHandler: Sendable {}
