import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// What lies between a relay and a mail server: it cuts some connections at a random octet, whatever that belongs to.
final class CuttingProxy: Sendable {
    let port: Int
    private let listener: any Channel

    /// - Parameter server: the mail server's port.
    init(to server: Int, seed: UInt64, group: any EventLoopGroup) async throws {
        let budgets = Budgets(seed: seed)
        listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: server)
                    .flatMapThrowing { upstream in
                        let budget = budgets.next()
                        for (channel, other) in [(client, upstream), (upstream, client)] {
                            if let budget { try channel.pipeline.syncOperations.addHandler(Knife(after: budget)) }
                            try channel.pipeline.syncOperations.addHandler(Pump(to: other))
                        }
                        upstream.read()
                    }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        port = listener.localAddress?.port ?? 0
    }

    func stop() async { try? await listener.close() }

    /// How many octets connections may carry each way; nil for as many as there are.
    private final class Budgets: Sendable {
        private let random: Mutex<SeededGenerator>

        init(seed: UInt64) { random = Mutex(SeededGenerator(seed: seed)) }

        func next() -> Int? {
            random.withLock { random in
                switch Int.random(in: 0..<10, using: &random) {
                case ..<2: Int.random(in: 0..<8000, using: &random)
                case ..<5: Int.random(in: 0..<200_000, using: &random)
                default: nil
                }
            }
        }
    }

    /// Closes a connection when so many octets have come.
    fileprivate final class Knife: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private var rest: Int

        init(after budget: Int) { rest = budget }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var octets = unwrapInboundIn(data)
            let isEnough = octets.readableBytes >= rest
            if let passed = octets.readSlice(length: min(rest, octets.readableBytes)), passed.readableBytes > 0 {
                rest -= passed.readableBytes
                context.fireChannelRead(wrapInboundOut(passed))
            }
            if isEnough { context.close(promise: nil) }
        }
    }
}

@available(*, unavailable)
extension CuttingProxy.Knife: Sendable {}
