import ArgumentParser
import NIOCore
import NIOPosix
import TLS

/// A mail server on the loopback: SMTPS, login needed, and every message is forgotten at its end.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sink", abstract: "A mail server that keeps nothing.")

    @Option var port: Int
    @Option(help: "The certificate as PEM.") var certificate: String
    @Option(help: "Its key as PEM.") var key: String
    @Flag(help: "Read nothing behind DATA.") var stalls = false

    func run() async throws {
        let identity = try TLSIdentity(certificateFile: certificate, keyFile: key)
        let context = try TLSServerContext(TLSServerConfiguration(identity: identity))
        let stalls = stalls
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        TLSHandler(server: context), SinkHandler(stalls: stalls),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await channel.closeFuture.get()
    }
}
