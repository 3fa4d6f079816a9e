import NIOCore
import NIOPosix
import TLS
import Telemetry

/// Looks whether the server can be reached: a TLS handshake with itself, by the certificate that it shows.
///
/// However often it is asked, it looks once a second at most.
actor SelfCheck {
    private let address: SocketAddress
    private let certificate: ServedCertificate
    private let group: any EventLoopGroup
    private let timeLimit = TimeAmount.seconds(2)
    private var last: (problem: String?, at: ContinuousClock.Instant)?
    private var running: Task<String?, Never>?

    /// - Parameter address: Where the server listens; a wildcard is asked on the loopback.
    init(address: SocketAddress, certificate: ServedCertificate, group: any EventLoopGroup) {
        self.address = address.reachable
        self.certificate = certificate
        self.group = group
    }

    /// What is wrong, or `nil`.
    func problem() async -> String? {
        if let last, ContinuousClock.now - last.at < .seconds(1) { return last.problem }
        if let running { return await running.value }
        let task = Task { await self.look() }
        running = task
        let problem = await task.value
        running = nil
        last = (problem, .now)
        return problem
    }

    private func look() async -> String? {
        let client = certificate.client
        let done = group.next().makePromise(of: Void.self)
        let bootstrap = ClientBootstrap(group: group).connectTimeout(timeLimit).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    TLSHandler(client: client, serverName: "localhost"), HandshakeWaiter(done),
                ])
            }
        }
        do {
            let channel: any Channel
            do {
                channel = try await bootstrap.connect(to: address).get()
            } catch {
                done.fail(error)
                throw error
            }
            let timer = channel.eventLoop.scheduleTask(in: timeLimit) {
                channel.close(promise: nil)
            }
            defer {
                timer.cancel()
                channel.close(promise: nil)
            }
            try await done.futureResult.get()
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// Completes a promise when the handshake is done, or can't be any more.
private final class HandshakeWaiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) {
        self.done = done
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { done.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(ChannelError.eof)
    }
}

@available(*, unavailable)
extension HandshakeWaiter: Sendable {}

extension SocketAddress {
    /// The address itself, or the loopback for one that stands for all.
    fileprivate var reachable: SocketAddress {
        guard let ipAddress, let port else { return self }
        return (try? SocketAddress(ipAddress: ListenAddress.reachable(ipAddress), port: port)) ?? self
    }
}
