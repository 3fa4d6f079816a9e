import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization

/// A line to the API server that a test can cut and mend.
final class SeveredLine: Sendable {
    /// A kubeconfig that leads through the line.
    let kubeconfig: String
    private let directory: TemporaryDirectory
    private let state: Line
    private let channel: any Channel

    private final class Line: Sendable {
        private let state = Mutex<(isCut: Bool, channels: [ObjectIdentifier: any Channel])>((false, [:]))

        /// Takes a connection in; false while the line is cut.
        func admit(_ channel: any Channel) -> Bool {
            let isAdmitted = state.withLock { state in
                guard !state.isCut else { return false }
                state.channels[ObjectIdentifier(channel)] = channel
                return true
            }
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
            }
            return isAdmitted
        }

        func set(isCut: Bool) -> [any Channel] {
            state.withLock { state in
                state.isCut = isCut
                return Array(state.channels.values)
            }
        }
    }

    struct NoServer: Error {}

    /// - Parameter kubeconfig: leads to an API server on the loopback.
    init(to kubeconfig: String) async throws {
        let text = try String(contentsOf: URL(filePath: kubeconfig), encoding: .utf8)
        guard let match = text.firstMatch(of: #/https://127\.0\.0\.1:(\d+)/#),
            let target = Int(match.1)
        else { throw NoServer() }
        let line = Line()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                guard line.admit(client) else { return client.eventLoop.makeFailedFuture(NoServer()) }
                return ClientBootstrap(group: client.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: target)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Relaying(to: server))
                        try server.pipeline.syncOperations.addHandler(Relaying(to: client))
                    }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let port = channel.localAddress?.port ?? 0
        (self.state, self.channel, self.directory) = (line, channel, try TemporaryDirectory())
        self.kubeconfig = try self.directory.write(
            text.replacing("https://127.0.0.1:\(target)", with: "https://127.0.0.1:\(port)"),
            to: "kubeconfig"
        )
    }

    /// All connections break off, and new ones are closed at once.
    func cut() {
        for channel in self.state.set(isCut: true) { channel.close(promise: nil) }
    }

    func mend() { _ = self.state.set(isCut: false) }

    func stop() async {
        self.cut()
        try? await self.channel.close()
    }
}

/// Passes on what one side sends to the other, which has the same event loop.
private final class Relaying: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = context.channel
        self.other.writeAndFlush(self.unwrapInboundIn(data)).whenComplete { _ in channel.read() }
    }

    func channelInactive(context: ChannelHandlerContext) { self.other.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

@available(*, unavailable)
extension Relaying: Sendable {}
