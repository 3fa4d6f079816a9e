import NIOCore
import NIOPosix
import Telemetry
import Testing

/// Starts a server on a free port of the loopback, runs `body` with that port, and stops the server.
func withServer(
    registry: MetricsRegistry = MetricsRegistry(),
    routes: [String: OperationsServer.Route] = [:],
    limits: OperationsLimits = OperationsLimits(),
    whenLimitReached: @escaping @Sendable (OperationsLimits.Name) -> Void = { _ in },
    readiness: @escaping @Sendable () async -> Readiness = { Readiness(isReady: true, text: "ready\n") },
    body: (OperationsServer, Int) async throws -> Void
) async throws {
    let server = try await OperationsServer.start(
        host: "127.0.0.1",
        port: 0,
        group: MultiThreadedEventLoopGroup.singleton,
        registry: registry,
        routes: routes,
        limits: limits,
        whenLimitReached: whenLimitReached,
        readiness: readiness
    )
    do {
        try await body(server, try #require(server.address.port))
    } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
    await server.shutdown(grace: .zero)
}

/// A client that speaks bytes, to say what an HTTP client would not.
struct RawClient: Sendable {
    private let channel: any Channel
    private let received: EventLoopFuture<String>

    /// - Parameters:
    ///   - address: Where to connect from, an address of the loopback.
    ///   - reads: Whether it takes what comes.
    init(port: Int, from address: String = "127.0.0.1", reads: Bool = true) async throws {
        let received = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: String.self)
        self.received = received.futureResult
        do {
            self.channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(to: SocketAddress(ipAddress: address, port: 0))
                .channelOption(.autoRead, value: reads)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(received))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
        } catch {
            received.fail(error)
            throw error
        }
    }

    /// Sends, and reports no error: the server may have closed already.
    func send(_ text: String) async {
        try? await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// All that came until the server closed the connection.
    func receiveToEnd() async throws -> String {
        try await received.get()
    }

    func close() async {
        try? await channel.close()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let promise: EventLoopPromise<String>
        private var text = ""

        init(_ promise: EventLoopPromise<String>) {
            self.promise = promise
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            promise.succeed(text)
        }
    }
}
