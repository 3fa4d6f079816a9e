import NIOCore
import NIOPosix
import Synchronization

/// What a Service is to its clients: one port, and behind it whichever servers are ready at the time of connecting.
/// Connections that are open stay with their server.
final class Balancer: Sendable {
    let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let backends: Backends

    /// The ports of the servers, taken in turn.
    private final class Backends: Sendable {
        private let state = Mutex<(ports: [Int], next: Int)>(([], 0))

        func set(_ ports: [Int]) { state.withLock { $0.ports = ports } }

        func next() -> Int? {
            state.withLock { state in
                guard !state.ports.isEmpty else { return nil }
                state.next = (state.next + 1) % state.ports.count
                return state.ports[state.next]
            }
        }
    }

    struct NoBackend: Error {}

    init() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let backends = Backends()
        let port = try LoopbackPorts.free()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { client in
                guard let backend = backends.next() else { return client.eventLoop.makeFailedFuture(NoBackend()) }
                return ClientBootstrap(group: client.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .channelOption(.allowRemoteHalfClosure, value: true)
                    .connect(host: "127.0.0.1", port: backend)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Pump(to: server))
                        try server.pipeline.syncOperations.addHandler(Pump(to: client))
                        server.read()
                    }
            }
        (self.group, self.backends, self.port) = (group, backends, port)
        self.channel = try await bootstrap.bind(host: "127.0.0.1", port: port).get()
    }

    /// From now on, new connections go to these.
    func use(_ ports: [Int]) {
        self.backends.set(ports)
    }

    func stop() async {
        try? await self.channel.close()
        try? await self.group.shutdownGracefully()
    }
}
