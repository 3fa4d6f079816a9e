import NIOCore
import NIOPosix

/// Sends one message over a connection of its own.
struct ChaosClient {
    /// No reply takes longer than that: neither does any of the misfortunes.
    private static let patience = TimeAmount.seconds(60)

    let port: Int

    /// - Returns: nil where nobody listens.
    func send(_ message: ChaosMessage, on group: any EventLoopGroup) async -> ChaosOutcome? {
        let connected = try? await ClientBootstrap(group: group)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        guard let channel = connected else { return nil }
        var outcome = ChaosOutcome.refused
        do {
            try await channel.executeThenClose { inbound, outbound in
                var replies = Replies(inbound.makeAsyncIterator())
                outcome = try await converse(message, &replies, outbound) { outcome = $0 }
            }
        } catch {
            // Cut off: the outcome is what it would be if nothing more came.
        }
        return outcome
    }

    /// - Parameter expect: What it would come to if nothing more came.
    private func converse(
        _ message: ChaosMessage,
        _ replies: inout Replies,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ expect: (ChaosOutcome) -> Void
    ) async throws -> ChaosOutcome {
        guard try await replies.next() == 220 else { return .refused }
        let envelope = ["MAIL FROM:<app@example.test>", "RCPT TO:<\(message.recipient)>", "DATA"]
        if message.manner == .pipelining {
            try await outbound.write(ByteBuffer(string: envelope.map { $0 + "\r\n" }.joined()))
            let codes = [try await replies.next(), try await replies.next(), try await replies.next()]
            guard codes == [250, 250, 354] else { return .refused }
        } else {
            for (line, code) in zip(envelope, [250, 250, 354]) {
                try await outbound.write(ByteBuffer(string: line + "\r\n"))
                guard try await replies.next() == code else { return .refused }
            }
        }
        let content = message.wireContent
        if message.manner == .vanishingInContent {
            // Even of the final dot's line a part may be there.
            try await outbound.write(ByteBuffer(bytes: content.dropLast(message.number.isMultiple(of: 3) ? 1 : 40)))
            return .withdrawn
        }
        expect(.unknown)
        try await outbound.write(ByteBuffer(bytes: content))
        if message.manner == .vanishingAtEnd { return .unknown }
        let code = try await replies.next()
        expect(code == 250 ? .accepted : .failed)
        try await outbound.write(ByteBuffer(string: "QUIT\r\n"))
        return code == 250 ? .accepted : .failed
    }

    /// Reads replies off a connection.
    private struct Replies {
        private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        private var octets = ByteBuffer()

        struct Closed: Error {}

        init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) {
            self.inbound = inbound
        }

        /// The next reply's code.
        mutating func next() async throws -> Int {
            while true {
                while let end = octets.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = octets.readString(length: end + 1 - octets.readerIndex) ?? ""
                    if line.dropFirst(3).first != "-" { return Int(line.prefix(3)) ?? 0 }
                }
                guard var more = try await inbound.next() else { throw Closed() }
                octets.writeBuffer(&more)
            }
        }
    }
}
