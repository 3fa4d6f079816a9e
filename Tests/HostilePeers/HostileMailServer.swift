internal import COpenSSL
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// A mail server that turns hostile at one stage of each session, in one way. Safe from any thread.
public final class HostileMailServer: Sendable {
    /// What has happened so far.
    public struct Counters: Sendable {
        /// Connections accepted.
        public internal(set) var connections = 0
        /// Connections that are open now.
        public internal(set) var openConnections = 0
        /// Connections on which the server has turned hostile.
        public internal(set) var hostileConnections = 0
        /// Bytes written to sockets.
        public internal(set) var bytes = 0
    }

    /// The port on 127.0.0.1.
    public let port: Int
    private let listener: any Channel
    private let state: HostileServerState

    private init(listener: any Channel, state: HostileServerState) {
        self.listener = listener
        self.state = state
        port = listener.localAddress?.port ?? 0
    }

    /// Starts a server; ``stop()`` ends it.
    ///
    /// - Parameters:
    ///   - certificate: in PEM, for 127.0.0.1.
    ///   - key: its private key, in PEM.
    ///   - seed: decides where the server has a choice.
    /// - Throws: if no port is free or OpenSSL refuses the certificate.
    public static func start(
        _ stage: HostileStage,
        _ behavior: HostileBehavior,
        certificate: [UInt8],
        key: [UInt8],
        seed: UInt64,
        group: any EventLoopGroup
    ) async throws -> HostileMailServer {
        // HelloRequests exist in TLS 1.2 only, and only there a certificate is sent in the clear.
        let isOld = behavior == .helloRequests || (stage == .tls && behavior == .huge)
        let context = try HostileTLSContext(
            certificate: certificate,
            key: key,
            version: isOld ? TLS1_2_VERSION : TLS1_3_VERSION
        )
        let state = HostileServerState(stage: stage, behavior: behavior, seed: seed, context: context)
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HostileConnection(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return HostileMailServer(listener: listener, state: state)
    }

    /// What has happened so far.
    public var counters: Counters { state.counters.withLock { $0 } }

    /// Closes the open connections, whatever they are at.
    public func closeConnections() {
        let channels = state.channels.withLock { Array($0.values) }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Stops listening and closes the open connections.
    public func stop() async {
        try? await listener.close()
        closeConnections()
    }
}

/// What the connections of a server share.
final class HostileServerState: Sendable {
    let stage: HostileStage
    let behavior: HostileBehavior
    let seed: UInt64
    let context: HostileTLSContext
    let counters = Mutex(HostileMailServer.Counters())
    let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    init(stage: HostileStage, behavior: HostileBehavior, seed: UInt64, context: HostileTLSContext) {
        (self.stage, self.behavior, self.seed, self.context) = (stage, behavior, seed, context)
    }
}
