import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A proxy between a program and the API server that sees every write, and can cut the program's life short at one.
///
/// It speaks plain HTTP on both sides: behind it stands `kubectl proxy`. Writes of Leases and Events don't count: when
/// they come depends on the time, and nothing depends on them.
final class WriteTap: Sendable {
    /// What happens to a write.
    enum Verdict: Sendable {
        case pass
        /// The API server never hears of it, and its sender hears nothing ever again.
        case lose
        /// The API server does it; its sender never learns that.
        case loseAnswer
    }

    /// A kubeconfig that leads through it.
    let kubeconfig: String
    private let directory: TemporaryDirectory
    private let server: ChildProcess
    private let channel: any Channel

    /// - Parameter judge: called for each write with its method and path, on an event loop.
    init(
        _ controlPlane: ControlPlane,
        judge: @escaping @Sendable (_ method: String, _ path: String) -> Verdict
    ) async throws {
        self.directory = try TemporaryDirectory()
        let server = try controlPlane.kubectl().start(["proxy", "--port=0", "--accept-hosts=.*"])
        self.server = server
        do {
            let port = try await eventually("kubectl proxy to serve") {
                server.output.firstMatch(of: #/127\.0\.0\.1:(\d+)/#).flatMap { Int($0.1) }
            }
            let group = MultiThreadedEventLoopGroup.singleton
            self.channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.autoRead, value: false)
                .childChannelInitializer { channel in
                    ClientBootstrap(group: channel.eventLoop).connect(host: "127.0.0.1", port: port)
                        .flatMapThrowing { upstream in
                            let (answers, requests) = (Answers(channel), Requests(upstream, judge))
                            requests.answers = answers
                            try upstream.pipeline.syncOperations.addHandler(answers)
                            try channel.pipeline.syncOperations.addHandler(requests)
                        }
                        .flatMap { channel.setOption(.autoRead, value: true) }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            self.kubeconfig = try self.directory.write(
                """
                apiVersion: v1
                kind: Config
                clusters: [{name: tap, cluster: {server: "http://127.0.0.1:\(self.channel.localAddress?.port ?? 0)"}}]
                users: [{name: user, user: {}}]
                contexts: [{name: tap, context: {cluster: tap, user: user}}]
                current-context: tap

                """,
                to: "kubeconfig"
            )
        } catch {
            await server.stop()
            throw error
        }
    }

    func stop() async {
        try? await self.channel.close()
        await self.server.stop()
    }

    /// The way to the API server: one request after the other, each begun by a chunk of its own.
    private final class Requests: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let upstream: any Channel
        private let judge: @Sendable (String, String) -> Verdict
        var answers: Answers?
        private var isCut = false

        init(_ upstream: any Channel, _ judge: @escaping @Sendable (String, String) -> Verdict) {
            self.upstream = upstream
            self.judge = judge
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = self.unwrapInboundIn(data)
            let line = String(buffer: bytes).prefix { $0 != "\r\n" }.split(separator: " ")
            let isWrite = ["POST", "PUT", "PATCH", "DELETE"].contains(line.first ?? "") && line.count == 3
            if isWrite, !line[1].contains("/leases"), !line[1].contains("/events") {
                switch self.judge(String(line[0]), String(line[1])) {
                case .pass: break
                case .lose: self.isCut = true
                case .loseAnswer: self.answers?.isCut = true
                }
            }
            if !self.isCut { self.upstream.writeAndFlush(bytes, promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.upstream.close(promise: nil)
        }
    }

    /// The way back.
    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let client: any Channel
        var isCut = false

        init(_ client: any Channel) {
            self.client = client
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if !self.isCut { self.client.writeAndFlush(self.unwrapInboundIn(data), promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.client.close(promise: nil)
        }
    }
}
