import NIOCore
import NIOPosix
import ObjectModel
import Synchronization
import TLS
import TestSupport
import Testing

/// Sends whatever octets a test likes, and keeps what comes back.
final class RawClient: Sendable {
    struct State {
        var received: [UInt8] = []
        var isClosed = false
        var hasGoodbye = false
    }

    private let state: Collected
    let channel: any Channel

    private init(state: Collected, channel: any Channel) {
        self.state = state
        self.channel = channel
    }

    /// - Parameters:
    ///   - tls: `nil` for plain TCP.
    ///   - source: The client's address, on the loopback.
    static func connect(
        to port: Int,
        tls: TLSClientContext?,
        from source: String = "127.0.0.1"
    ) async throws -> RawClient {
        let state = Collected()
        let ready = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls {
                            let handler = TLSHandler(client: tls, serverName: "localhost")
                            try channel.pipeline.syncOperations.addHandler(handler)
                        }
                        try channel.pipeline.syncOperations.addHandler(
                            Collector(state, ready: ready, isTLS: tls != nil)
                        )
                    }
                }
                .bind(to: SocketAddress(ipAddress: source, port: 0))
                .connect(host: "127.0.0.1", port: port)
                .get()
        } catch {
            ready.fail(error)
            throw error
        }
        try await ready.futureResult.get()
        return RawClient(state: state, channel: channel)
    }

    /// Sends and does not wait.
    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ octets: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: octets), promise: nil)
    }

    /// What has come so far.
    var received: String { state.value.withLock { String(decoding: $0.received, as: UTF8.self) } }

    /// Whether the server has ended its side: by TLS's goodbye, or by closing.
    var isEnded: Bool { state.value.withLock { $0.isClosed || $0.hasGoodbye } }
    /// Whether it said goodbye before closing.
    var hasGoodbye: Bool { state.value.withLock { $0.hasGoodbye } }

    /// Waits for the answer to the last request, and forgets it.
    func answer() async throws -> Answer {
        try await eventually("an answer") { Answer(self.received) != nil || self.isEnded }
        return try #require(Answer(received), "the server closed without an answer: \(received)")
    }

    /// Waits for an answer and takes it away, so that the next can be waited for.
    func nextAnswer() async throws -> Answer {
        let answer = try await answer()
        state.value.withLock { $0.received.removeFirst(answer.length) }
        return answer
    }

    /// Waits until the server has ended its side.
    func end() async throws {
        try await eventually("the end of the connection") { self.isEnded }
    }

    func close() async {
        try? await channel.close()
    }

    /// An HTTP/1.1 request with a body.
    static func post(
        _ body: [UInt8],
        path: String = "/validate",
        headers: String = "",
        version: String = "1.1"
    ) -> [UInt8] {
        let head = "POST \(path) HTTP/\(version)\r\nHost: localhost\r\nContent-Type: application/json\r\n\(headers)"
        return Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    final class Collected: Sendable {
        let value = Mutex(State())
    }
}

/// The first whole answer in a text.
struct Answer {
    let status: Int
    let head: String
    let body: String
    /// Its octets.
    let length: Int

    init?(_ text: String) {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        head = String(text[..<end.lowerBound])
        let lines = head.split(separator: "\r\n")
        guard let status = lines.first.flatMap({ $0.split(separator: " ").dropFirst().first }).flatMap({ Int($0) })
        else { return nil }
        self.status = status
        let declared = lines.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        let rest = text[end.upperBound...].utf8
        guard rest.count >= declared else { return nil }
        body = String(decoding: rest.prefix(declared), as: UTF8.self)
        length = text[..<end.upperBound].utf8.count + declared
    }

    var isLast: Bool { head.contains("\r\nconnection: close") }

    /// What the API server would be told.
    var isAllowed: Bool? {
        guard let value = try? JSONReader.document(body).value, case .bool(let allowed)? = value["response"]?["allowed"]
        else { return nil }
        return allowed
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let collected: RawClient.Collected
    private let ready: EventLoopPromise<Void>
    private let isTLS: Bool

    init(_ collected: RawClient.Collected, ready: EventLoopPromise<Void>, isTLS: Bool) {
        self.collected = collected
        self.ready = ready
        self.isTLS = isTLS
    }

    func channelActive(context: ChannelHandlerContext) {
        if !isTLS { ready.succeed() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { ready.succeed() }
        if case .inputClosed? = event as? ChannelEvent {
            collected.value.withLock { $0.hasGoodbye = true }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let octets = Array(unwrapInboundIn(data).readableBytesView)
        collected.value.withLock { $0.received += octets }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        collected.value.withLock { $0.isClosed = true }
        ready.fail(ChannelError.eof)
    }
}

@available(*, unavailable)
extension Collector: Sendable {}
