import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real token service on a free loopback port that answers as a closure says.
final class TokenServer: Sendable {
    struct Request: Sendable {
        fileprivate var head: HTTPRequestHead
        var body: String

        var method: String { head.method.rawValue }
        var uri: String { head.uri }
        func header(_ name: String) -> [String] { head.headers[name] }
    }

    struct Reply: Sendable {
        var status = 200
        var body: String
        /// Where a redirect leads.
        var location: String?
    }

    private let requestLog: RequestLog
    private let channel: any Channel

    private final class RequestLog: Sendable {
        let requests = Mutex<[Request]>([])
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/oauth/token" }
    var requests: [Request] { requestLog.requests.withLock { $0 } }

    /// Runs `body` with a service, which is closed afterwards.
    static func with(
        _ reply: @escaping @Sendable (Request) -> Reply,
        _ body: (TokenServer) async throws -> Void
    ) async throws {
        let server = try await TokenServer(reply)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        try await server.channel.close()
        try result.get()
    }

    private init(_ reply: @escaping @Sendable (Request) -> Reply) async throws {
        let log = RequestLog()
        requestLog = log
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request in
                            log.requests.withLock { $0.append(request) }
                            return reply(request)
                        }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let reply: (Request) -> Reply
        private var request: Request?

        init(_ reply: @escaping (Request) -> Reply) { self.reply = reply }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = Request(head: head, body: "")
            case .body(let bytes): request?.body += String(buffer: bytes)
            case .end:
                guard let request else { return }
                let reply = reply(request)
                var fields = HTTPHeaders([("Content-Length", "\(reply.body.utf8.count)")])
                if let location = reply.location { fields.add(name: "Location", value: location) }
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: fields)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}

@available(*, unavailable)
extension TokenServer.Handler: Sendable {}
