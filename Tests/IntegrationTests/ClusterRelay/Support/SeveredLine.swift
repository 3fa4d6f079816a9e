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
        private struct State {
            var isCut = false
            /// How many bytes the server may still send until the line is cut, if it is to be.
            var allowance: Int?
            var channels: [ObjectIdentifier: any Channel] = [:]
        }

        private let state = Mutex(State())

        var isCut: Bool { state.withLock { $0.isCut } }

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

        func set(isCut: Bool, allowance: Int? = nil) {
            let channels = state.withLock { state in
                (state.isCut, state.allowance) = (isCut, allowance)
                return isCut ? Array(state.channels.values) : []
            }
            for channel in channels { channel.close(promise: nil) }
        }

        /// How many bytes of those that the server sends are passed on. If not all are, the line is cut behind them.
        func spend(_ count: Int) -> Int {
            state.withLock { state in
                guard let allowance = state.allowance else { return count }
                state.allowance = max(allowance - count, 0)
                return min(allowance, count)
            }
        }
    }

    /// Cuts the line in the midst of what the server sends.
    private final class Shears: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private let line: Line

        init(_ line: Line) {
            self.line = line
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = self.unwrapInboundIn(data)
            let passed = self.line.spend(bytes.readableBytes)
            let isWhole = passed == bytes.readableBytes
            if let slice = bytes.readSlice(length: passed) { context.fireChannelRead(self.wrapInboundOut(slice)) }
            if !isWhole { self.line.set(isCut: true) }
        }
    }

    struct NoServer: Error {}

    /// - Parameter kubeconfig: leads to an API server on the loopback.
    init(to kubeconfig: String) async throws {
        let text = try String(contentsOf: URL(filePath: kubeconfig), encoding: .utf8)
        guard let match = text.firstMatch(of: #/(https?://127\.0\.0\.1:)(\d+)/#),
            let target = Int(match.2)
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
                        try client.pipeline.syncOperations.addHandler(Pump(to: server))
                        try server.pipeline.syncOperations.addHandlers(Shears(line), Pump(to: client))
                    }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let port = channel.localAddress?.port ?? 0
        (self.state, self.channel, self.directory) = (line, channel, try TemporaryDirectory())
        self.kubeconfig = try self.directory.write(
            text.replacing(match.0, with: "\(match.1)\(port)"),
            to: "kubeconfig"
        )
    }

    /// All connections break off, and new ones are closed at once.
    func cut() { self.state.set(isCut: true) }

    /// The same once the server has sent that many bytes more, over all connections.
    func cut(after bytes: Int) { self.state.set(isCut: false, allowance: bytes) }

    var isCut: Bool { self.state.isCut }

    func mend() { self.state.set(isCut: false) }

    func stop() async {
        self.cut()
        try? await self.channel.close()
    }
}
