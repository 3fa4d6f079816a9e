import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP/1.1 server on a free loopback port that answers as a closure says.
final class TestServer: Sendable {
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8]
    }

    enum Reply: Sendable {
        case answer(HTTPResponseStatus = .ok, [(String, String)] = [], body: String = "")
        /// Never says a word.
        case silence
        /// A head, these chunks, then nothing more, with the connection left open.
        case unfinished([String])
        /// A body without end, as fast as the client takes it.
        case flood
        /// These bytes instead of HTTP, then the end.
        case raw(String)
    }

    private struct Log {
        var requests: [Request] = []
        var opened = 0
        var closed = 0
        var flooded = 0
    }

    private let log = Mutex(Log())
    private let reply: @Sendable (Request) -> Reply
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { log.withLock { $0.requests } }
    var opened: Int { log.withLock { $0.opened } }
    var closed: Int { log.withLock { $0.closed } }
    /// Bytes that the flood has handed to its socket.
    var flooded: Int { log.withLock { $0.flooded } }

    /// Runs `body` with a server, which is closed afterwards.
    static func with<T>(
        _ reply: @escaping @Sendable (Request) -> Reply,
        _ body: (TestServer) async throws -> T
    ) async throws -> T {
        let server = try await TestServer(reply)
        do {
            let result = try await body(server)
            try await server.channel.close()
            return result
        } catch {
            try await server.channel.close()
            throw error
        }
    }

    private init(_ reply: @escaping @Sendable (Request) -> Reply) async throws {
        self.reply = reply
        // Connections come only when somebody knows the port, which is after this initialiser.
        let shared = Shared()
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    if let server = shared.server.withLock({ $0 }) {
                        try channel.pipeline.syncOperations.addHandler(Handler(server))
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        shared.server.withLock { $0 = self }
    }

    private final class Shared: Sendable {
        let server = Mutex<TestServer?>(nil)
    }

    final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let server: TestServer
        private var request: Request?
        private var isFlooding = false

        init(_ server: TestServer) { self.server = server }

        func channelActive(context: ChannelHandlerContext) { server.log.withLock { $0.opened += 1 } }
        func channelInactive(context: ChannelHandlerContext) { server.log.withLock { $0.closed += 1 } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = Request(head: head, body: [])
            case .body(let bytes): request?.body += Array(bytes.readableBytesView)
            case .end:
                guard let request else { return }
                server.log.withLock { $0.requests.append(request) }
                send(server.reply(request), request, context)
            }
        }

        func channelWritabilityChanged(context: ChannelHandlerContext) { flood(context) }

        private func send(_ reply: Reply, _ request: Request, _ context: ChannelHandlerContext) {
            func head(_ status: HTTPResponseStatus, _ fields: [(String, String)]) {
                write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: .init(fields))), context)
            }
            switch reply {
            case .answer(let status, let fields, let body):
                head(status, fields + [("Content-Length", "\(body.utf8.count)")])
                if request.head.method != .HEAD { write(.body(.byteBuffer(ByteBuffer(string: body))), context) }
                write(.end(nil), context)
            case .silence: break
            case .unfinished(let chunks):
                head(.ok, [("Transfer-Encoding", "chunked")])
                for chunk in chunks { write(.body(.byteBuffer(ByteBuffer(string: chunk))), context) }
            case .flood:
                head(.ok, [("Transfer-Encoding", "chunked")])
                isFlooding = true
                flood(context)
            case .raw(let text):
                // Past the encoder.
                let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
                encoder?.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
                encoder?.close(promise: nil)
            }
            context.flush()
        }

        private func flood(_ context: ChannelHandlerContext) {
            while isFlooding, context.channel.isWritable, context.channel.isActive {
                let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 << 10)
                server.log.withLock { $0.flooded += chunk.readableBytes }
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(chunk))), promise: nil)
            }
        }

        private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
            context.write(wrapOutboundOut(part), promise: nil)
        }
    }
}

@available(*, unavailable)
extension TestServer.Handler: Sendable {}
