import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import ServerSupport
import TLS
import Telemetry

/// The webhook's HTTPS server.
final class AdmissionServer: Sendable {
    /// Where it listens, with the real port where 0 was asked for.
    let address: SocketAddress
    private let channel: any Channel
    private let connections: ConnectionTracker
    private let environment: ServingEnvironment

    private init(
        address: SocketAddress,
        channel: any Channel,
        connections: ConnectionTracker,
        environment: ServingEnvironment
    ) {
        self.address = address
        self.channel = channel
        self.connections = connections
        self.environment = environment
    }

    /// Binds the address and starts to answer.
    ///
    /// - Throws: `StartFailure` when it can't listen there.
    static func start(
        host: String,
        port: Int,
        group: any EventLoopGroup,
        tls: TLSServerContext,
        environment: ServingEnvironment
    ) async throws -> AdmissionServer {
        let connections = ConnectionTracker(limit: environment.limits.connections) {
            environment.metrics.reached(.connections)
        }
        let handshakes = HandshakeLimiter(environment.limits, metrics: environment.metrics)
        let host = ListenAddress.resolved(host)
        let bootstrap = ServerBootstrap(group: group).bothFamilies(at: host)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Connections inherit it: what they keep in the kernel counts for the container's memory too.
            .serverChannelOption(.socketOption(.so_rcvbuf), value: environment.limits.receiveBuffer)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // What comes in behind a request has to wait in memory: not more than this of each connection.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2 << 10, maximum: 32 << 10)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let address = channel.remoteAddress?.plainIPAddress ?? ""
                    guard handshakes.admit(channel, address: address), connections.admit(channel) else {
                        throw ChannelError.ioOnClosedChannel
                    }
                    environment.metrics.connections.increment()
                    environment.metrics.connectionsTotal.increment()
                    channel.closeFuture.whenComplete { _ in environment.metrics.connections.decrement() }
                    let handler = RequestHandler(environment, connections, handshakes, address: address)
                    try Self.configure(channel, tls, handler, environment.limits)
                }
            }
        do {
            let channel = try await bootstrap.bind(host: host, port: port).get()
            guard let address = channel.localAddress else { throw ChannelError.ioOnClosedChannel }
            return AdmissionServer(
                address: address,
                channel: channel,
                connections: connections,
                environment: environment
            )
        } catch {
            let isInUse = (error as? IOError)?.errnoCode == EADDRINUSE
            let reason = isInUse ? "something else listens there" : "\(error)"
            throw StartFailure("can't listen on \(host):\(port): \(reason); choose another --address or --port")
        }
    }

    private static func configure(
        _ channel: any Channel,
        _ tls: TLSServerContext,
        _ handler: RequestHandler,
        _ limits: ServingLimits
    ) throws {
        var decoder = NIOHTTPDecoderLimitConfiguration()
        decoder.maxHeaderFieldSize = limits.header
        decoder.maxHeaderListSize = limits.header
        decoder.maxHeaderFieldCount = limits.headerFields
        try channel.pipeline.syncOperations.addHandlers([
            TLSHandler(server: tls),
            ArrivalHandler(telling: handler),
            HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: decoder)),
            handler,
        ])
    }

    /// Stops: no new connections, idle ones are closed, requests that have begun are answered within `grace`. Returns
    /// when all connections are closed. From when the stop flag is set, each answer is the last on its connection, so
    /// most clients have left by then; a request that crosses our goodbye would be lost.
    func shutdown(grace: Duration) async {
        environment.stop.set()
        try? await channel.close()
        let open = connections.stopAdmitting()
        for channel in open {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        let end = channel.eventLoop.scheduleTask(in: TimeAmount(grace)) {
            for channel in open { channel.close(promise: nil) }
        }
        for channel in open { try? await channel.closeFuture.get() }
        end.cancel()
    }
}
