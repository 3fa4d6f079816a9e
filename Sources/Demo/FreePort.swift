import NIOCore
import NIOPosix

/// Ports of the loopback that nobody listens on.
enum FreePort {
    /// The port, if it is free, else another.
    static func orAnother(_ port: Int) async throws -> Int {
        if let free = try? await probe(port) { return free }
        return try await probe(0)
    }

    /// Somebody may take the port before the relay does; then the relay says so.
    private static func probe(_ port: Int) async throws -> Int {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port)
            .get()
        let found = channel.localAddress?.port
        try await channel.close()
        guard let found else { throw DemoProblem("The system gives no free port.") }
        return found
    }
}
