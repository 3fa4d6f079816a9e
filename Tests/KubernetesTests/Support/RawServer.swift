import NIOCore
import NIOPosix
import Synchronization

/// A server on a free loopback port that answers each HTTP request with whatever bytes a closure says.
final class RawServer: Sendable {
    /// A request as far as the tests look at it.
    struct Request: Sendable {
        /// `GET /api?x=y`
        let line: String
        /// Everything up to the empty line, in lower case.
        let head: String
        let body: String
        /// The number of this request, from 0.
        let number: Int
    }

    /// What is done with the connection, in order.
    enum Step: Hashable, Sendable {
        case send([UInt8])
        case close

        static func text(_ text: String) -> Step { .send(Array(text.utf8)) }
        /// A whole answer.
        static func answer(_ body: String, status: Int = 200, type: String = "application/json") -> Step {
            .text(
                "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
        /// The beginning of an answer of unknown length.
        static let streamHead = Step.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        static func chunk(_ octets: [UInt8]) -> Step {
            .send(Array("\(String(octets.count, radix: 16))\r\n".utf8) + octets + [0x0D, 0x0A])
        }
        static func chunk(_ text: String) -> Step { chunk(Array(text.utf8)) }
        static let streamEnd = Step.text("0\r\n\r\n")
    }

    private struct Log {
        var requests: [Request] = []
        var open = 0
    }

    private let log = Mutex(Log())
    private let reply: @Sendable (Request) -> [Step]
    private let channel = Mutex<(any Channel)?>(nil)

    var requests: [Request] { log.withLock { $0.requests } }
    /// Connections that are open.
    var open: Int { log.withLock { $0.open } }
    var url: String { "http://127.0.0.1:\(channel.withLock { $0?.localAddress?.port } ?? 0)" }

    /// Runs `body` with a server, which is closed afterwards.
    static func with<T>(
        _ reply: @escaping @Sendable (Request) -> [Step],
        _ body: (RawServer) async throws -> T
    ) async throws -> T {
        let server = RawServer(reply)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.channel.withLock { $0 = channel }
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    private init(_ reply: @escaping @Sendable (Request) -> [Step]) { self.reply = reply }

    final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: RawServer
        private var received = ""

        init(_ server: RawServer) { self.server = server }

        func channelActive(context: ChannelHandlerContext) { server.log.withLock { $0.open += 1 } }
        func channelInactive(context: ChannelHandlerContext) { server.log.withLock { $0.open -= 1 } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard let end = received.range(of: "\r\n\r\n") else { return }
            let head = received[..<end.lowerBound].lowercased()
            let length = head.split(separator: "content-length: ").dropFirst().first?.prefix(while: \.isNumber) ?? ""
            let body = received[end.upperBound...]
            guard body.utf8.count >= Int(length) ?? 0 else { return }
            let line = received.split(separator: " HTTP/").first.map(String.init) ?? ""
            received = ""
            let request = server.log.withLock { log in
                let request = Request(line: line, head: head, body: String(body), number: log.requests.count)
                log.requests.append(request)
                return request
            }
            for step in server.reply(request) {
                switch step {
                case .send(let octets): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: octets)), promise: nil)
                case .close: context.close(promise: nil)
                }
            }
        }
    }
}

@available(*, unavailable)
extension RawServer.Handler: Sendable {}

extension String {
    fileprivate func range(of separator: String) -> Range<String.Index>? {
        ranges(of: separator).first
    }
}
