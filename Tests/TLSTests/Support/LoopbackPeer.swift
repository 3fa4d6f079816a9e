import NIOCore
import NIOPosix
import TLS

/// One end of a TLS connection over the loopback, and the stream of what its handler says.
struct LoopbackPeer {
    enum Event: Sendable {
        case handshakeCompleted(TLSHandshakeCompleted)
        case data(ByteBuffer)
        case inputClosed
        case error(TLSError)
        case inactive
    }

    let channel: any Channel
    private var events: AsyncStream<Event>.Iterator

    private init(_ channel: any Channel, _ events: AsyncStream<Event>) {
        self.channel = channel
        self.events = events.makeAsyncIterator()
    }

    /// Connects to a port of the loopback.
    static func connect(
        port: Int,
        _ context: TLSClientContext,
        serverName: String = "localhost",
        resuming session: TLSSession? = nil,
        onNewSession: (@Sendable (TLSSession) -> Void)? = nil
    ) async throws -> LoopbackPeer {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = TLSHandler(
                        client: context,
                        serverName: serverName,
                        resuming: session,
                        onNewSession: onNewSession
                    )
                    try channel.pipeline.syncOperations.addHandlers(handler, EventStreamHandler(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return LoopbackPeer(channel, stream)
    }

    /// The next event; the stream ends with the connection.
    mutating func next() async -> Event? {
        await events.next()
    }

    /// What the handshake agreed on, or the error that prevented it.
    mutating func handshake() async throws -> TLSHandshakeCompleted {
        while let event = await next() {
            switch event {
            case .handshakeCompleted(let result): return result
            case .error(let error): throw error
            case .data, .inputClosed, .inactive: continue
            }
        }
        throw ChannelError.eof
    }

    /// The data up to where it contains `text`.
    mutating func data(containing text: String) async throws -> String {
        var received = ""
        while let event = await next() {
            switch event {
            case .data(let buffer):
                received += String(buffer: buffer)
                if received.contains(text) { return received }
            case .error(let error): throw error
            case .handshakeCompleted, .inputClosed, .inactive: continue
            }
        }
        throw ChannelError.eof
    }

    /// The errors up to the connection's end.
    mutating func errorsToTheEnd() async -> [TLSError] {
        var errors: [TLSError] = []
        while let event = await next() {
            if case .error(let error) = event { errors.append(error) }
        }
        return errors
    }
}

/// A TLS server on a free port of the loopback; its connections come as peers.
struct LoopbackServer {
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    /// Every connection gets the handlers that `above` makes above TLS.
    static func start(
        _ context: TLSServerContext,
        above makeHandler: @escaping @Sendable () -> any ChannelHandler & Sendable
    ) async throws -> LoopbackServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(TLSHandler(server: context), makeHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return LoopbackServer(channel: channel)
    }

    func stop() {
        channel.close(promise: nil)
    }
}

/// Greets, as mail servers do, and sends back what it receives; ends its output when the client has ended its own.
final class GreetingEchoHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "220 hello\r\n")), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            context.close(mode: .output, promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// Turns what a TLS handler says into a stream.
private final class EventStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<LoopbackPeer.Event>.Continuation

    init(_ continuation: AsyncStream<LoopbackPeer.Event>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(.data(unwrapInboundIn(data)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let result as TLSHandshakeCompleted: continuation.yield(.handshakeCompleted(result))
        case ChannelEvent.inputClosed: continuation.yield(.inputClosed)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError { continuation.yield(.error(error)) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.yield(.inactive)
        continuation.finish()
    }
}
