import Glibc
public import NIOCore
import NIOHTTP1
import NIOPosix

/// The small HTTP/1.1 server for those who run the product: `/metrics`, `/healthz`, `/readyz` and what is added.
///
/// It has no TLS and no login: bind it where only the cluster's own monitoring reaches it. May be used from any thread.
public final class OperationsServer: Sendable {
    /// Answers a GET of one path.
    public typealias Route = OperationsRouter.Route

    /// Where it listens, with the real port where 0 was asked for.
    public let address: SocketAddress
    private let channel: any Channel
    private let connections: ConnectionTracker

    private init(address: SocketAddress, channel: any Channel, connections: ConnectionTracker) {
        self.address = address
        self.channel = channel
        self.connections = connections
    }

    /// Binds the address and starts to answer.
    ///
    /// - Parameters:
    ///   - host: A name or an address of this machine.
    ///   - port: 0 for any free one.
    ///   - group: The event loops to run on; the caller's to shut down, after the server.
    ///   - registry: What `/metrics` shows.
    ///   - routes: More routes, by path. They may replace the server's own.
    ///   - limits: What clients are granted.
    ///   - whenLimitReached: Called each time that a limit is reached.
    ///   - readiness: Asked for each `/readyz`.
    /// - Throws: `OperationsServerError` if it can't listen there.
    public static func start(
        host: String,
        port: Int,
        group: any EventLoopGroup,
        registry: MetricsRegistry,
        routes: [String: Route] = [:],
        limits: OperationsLimits = OperationsLimits(),
        whenLimitReached: @escaping @Sendable (OperationsLimits.Name) -> Void = { _ in },
        readiness: @escaping @Sendable () async -> Readiness
    ) async throws(OperationsServerError) -> OperationsServer {
        let own = OperationsRouter.pages(registry: registry, readiness: readiness)
        let router = OperationsRouter(routes: own.merging(routes) { _, added in added })
        let connections = ConnectionTracker(limit: limits.connections) { whenLimitReached(.connections) }
        let slots = ResponseSlots(limit: limits.largeResponses) { whenLimitReached(.largeResponses) }
        let host = ListenAddress.resolved(host)
        let bootstrap = ServerBootstrap(group: group).bothFamilies(at: host)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // What a client doesn't read stays in memory, in the kernel's as in ours.
            .childChannelOption(.socketOption(.so_sndbuf), value: SocketOptionValue(OperationsLimits.largeBytes))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard connections.admit(channel) else { throw ChannelError.ioOnClosedChannel }
                    try Self.configure(channel, headerBytes: limits.headerBytes)
                    try channel.pipeline.syncOperations.addHandler(
                        OperationsHandler(router, connections, slots, limits) { whenLimitReached(.stall) }
                    )
                }
            }
        do {
            let channel = try await bootstrap.bind(host: host, port: port).get()
            guard let address = channel.localAddress else {
                throw OperationsServerError(.cannotListen, "cannot listen on \(host):\(port): the socket has closed")
            }
            return OperationsServer(address: address, channel: channel, connections: connections)
        } catch {
            throw Self.startError(error, host, port)
        }
    }

    /// Stops: no new connections, idle ones are closed, requests that have begun are answered within `grace`. Returns
    /// when all connections are closed. Calling it again does nothing more.
    public func shutdown(grace: Duration = .seconds(5)) async {
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

    private static func configure(_ channel: any Channel, headerBytes: Int) throws {
        var decoder = NIOHTTPDecoderLimitConfiguration()
        decoder.maxHeaderFieldSize = headerBytes
        decoder.maxHeaderListSize = headerBytes
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: decoder
        )
    }

    private static func startError(_ error: any Error, _ host: String, _ port: Int) -> OperationsServerError {
        if let error = error as? OperationsServerError { return error }
        let what = "cannot listen on \(host):\(port)"
        if let error = error as? IOError, error.errnoCode == EADDRINUSE {
            return OperationsServerError(.addressInUse, "\(what): something else listens there; choose another port")
        }
        return OperationsServerError(.cannotListen, "\(what): \(error)")
    }
}
