import NIOCore
import NIOPosix
import TLS

@testable import MailSink

/// A client that sends what it is told and waits for what it expects.
final class RawClient: Sendable {
    struct Seen {
        var text = ""
        var isClosed = false
        var errors: [String] = []
    }

    struct Disappointed: Error, CustomStringConvertible {
        var description: String
    }

    private let channel: any Channel
    let seen: Observed<Seen>

    private init(channel: any Channel, seen: Observed<Seen>) {
        self.channel = channel
        self.seen = seen
    }

    static func connect(port: Int, tls: TLSClientContext? = nil) async throws -> RawClient {
        let seen = Observed(Seen())
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(TLSHandler(client: tls, serverName: "localhost")) }
                    try pipeline.addHandler(Collector(seen: seen))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return RawClient(channel: channel, seen: seen)
    }

    func send(_ text: String) {
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    /// Waits for a text, and forgets all up to its end.
    func expect(_ text: String, within limit: Duration = .seconds(20)) async throws {
        guard await seen.wait(within: limit, until: { $0.text.contains(text) }) else {
            throw Disappointed(
                description: "expected \(text.debugDescription), got \(seen.current.text.debugDescription)"
            )
        }
        seen.mutate { seen in
            guard let found = seen.text.firstRange(of: text) else { return }
            seen.text.removeSubrange(..<found.upperBound)
        }
    }

    func expectClose(within limit: Duration = .seconds(20)) async throws {
        guard await seen.wait(within: limit, until: { $0.isClosed }) else {
            throw Disappointed(description: "expected the connection's end")
        }
    }

    /// Sends a line and waits for what its reply begins with.
    func say(_ line: String, _ reply: String) async throws {
        send(line + "\r\n")
        try await expect(reply)
    }

    func logIn() async throws {
        try await expect("220 ")
        try await say("EHLO client.example", "250 AUTH")
        try await say("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 ")
    }

    func close() {
        channel.close(promise: nil)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let seen: Observed<Seen>

        init(seen: Observed<Seen>) {
            self.seen = seen
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            seen.mutate { $0.text += text }
        }

        func channelInactive(context: ChannelHandlerContext) {
            seen.mutate { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            seen.mutate { $0.errors.append("\(error)") }
            context.close(promise: nil)
        }
    }
}
