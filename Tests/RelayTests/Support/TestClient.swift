import NIOCore
import NIOPosix

@testable import MailSink

/// An application: speaks SMTP in plaintext, line by line, over a real socket.
final class TestClient: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    fileprivate struct State {
        var bytes: [UInt8] = []
        var isClosed = false

        /// The first whole reply, and how many octets it has.
        var firstReply: ArraySlice<UInt8>? {
            var start = 0
            while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = bytes[start...end]
                if line.count < 6 || line[start + 3] != UInt8(ascii: "-") { return bytes[...end] }
                start = end + 1
            }
            return nil
        }
    }

    private let state: Observed<State>
    let channel: any Channel

    private init(state: Observed<State>, channel: any Channel) {
        self.state = state
        self.channel = channel
    }

    /// - Parameter reads: false for a client that never looks at what it is told.
    static func connect(to port: Int, reads: Bool = true) async throws -> TestClient {
        let state = Observed(State())
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(state: state))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return TestClient(state: state, channel: channel)
    }

    // MARK: Sending

    /// Sends and does not wait.
    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// Sends a line and returns the reply to it.
    func say(_ line: String) async throws -> String {
        send(line + "\r\n")
        return try await reply()
    }

    /// Says MAIL and RCPT, for which the relay gets a session.
    /// - Returns: the reply to RCPT.
    @discardableResult
    func beginEnvelope(from sender: String = "a@example.com") async throws -> String {
        try await requestSession(from: sender)
        return try await reply()
    }

    /// Says MAIL and RCPT, and does not wait for the reply to RCPT.
    func requestSession(from sender: String = "a@example.com") async throws {
        _ = try await say("MAIL FROM:<\(sender)>")
        send("RCPT TO:<b@example.org>\r\n")
    }

    /// Sends a message but for its last letters, up to which there is no reply.
    func beginMessage() async throws {
        for command in ["MAIL FROM:<a@example.com>", "RCPT TO:<b@example.org>", "DATA"] { _ = try await say(command) }
        send("Subject: half\r\n\r\nhalf a mess")
    }

    /// Closes the sending side, as `nc -N` does at the end of its input.
    func closeOutput() async throws {
        try await channel.close(mode: .output).get()
    }

    /// Closes as a process does that is killed with input unread: the relay can't take it for a half-closed connection.
    func reset() async throws {
        let channel = channel
        try await channel.eventLoop.submit { channel.closesWithReset() }.get()
        try await channel.close()
    }

    func close() {
        channel.close(promise: nil)
    }

    // MARK: Receiving

    /// The next reply, its lines put together with LF.
    func reply() async throws -> String {
        String(decoding: try await replyBytes(), as: UTF8.self).replacing("\r\n", with: "\n").trimmed
    }

    /// The next reply as it was on the wire.
    func replyBytes() async throws -> [UInt8] {
        guard await state.wait(within: .seconds(60), until: { $0.firstReply != nil || $0.isClosed }) else {
            throw Failed(description: "no reply; so far: \(text)")
        }
        let reply = state.mutate { state -> [UInt8]? in
            guard let reply = state.firstReply.map(Array.init) else { return nil }
            state.bytes.removeFirst(reply.count)
            return reply
        }
        guard let reply else { throw Failed(description: "closed instead of a reply; unread: \(text)") }
        return reply
    }

    /// Waits until the relay has closed the connection.
    /// - Returns: what it has said before and nobody has read.
    @discardableResult
    func closed() async throws -> String {
        guard await state.wait(within: .seconds(60), until: { $0.isClosed }) else {
            throw Failed(description: "not closed; unread: \(text)")
        }
        return text
    }

    var isClosed: Bool { state.current.isClosed }

    /// What was received and not read.
    var text: String { String(decoding: state.current.bytes, as: UTF8.self) }

    /// Whether a reply has come that nobody has read.
    var hasReply: Bool { state.current.firstReply != nil }

    // MARK: Whole transactions

    /// Reads the greeting.
    @discardableResult
    func greeted() async throws -> TestClient {
        let greeting = try await reply()
        guard greeting.hasPrefix("220 ") else { throw Failed(description: "greeted with \(greeting)") }
        return self
    }

    /// Sends a message, and returns the reply to its end or the first reply that is a refusal.
    func mail(_ text: String = "Subject: hello\r\n\r\nhello\r\n", from: String = "app@example.com") async throws
        -> String
    {
        for line in ["MAIL FROM:<\(from)>", "RCPT TO:<someone@example.org>", "DATA"] {
            let reply = try await say(line)
            guard "23".contains(reply.prefix(1)) else { return reply }
        }
        send(text + ".\r\n")
        return try await reply()
    }
}

extension String {
    /// Without the line ends at the end.
    fileprivate var trimmed: String {
        var copy = self
        while copy.hasSuffix("\n") { copy.removeLast() }
        return copy
    }
}

private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let state: Observed<TestClient.State>

    init(state: Observed<TestClient.State>) {
        self.state = state
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        state.mutate { $0.bytes.append(contentsOf: bytes.readableBytesView) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.mutate { $0.isClosed = true }
    }
}
