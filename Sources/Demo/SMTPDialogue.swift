import NIOCore
import NIOPosix

/// The documented session, played over plain TCP: no EHLO, no login, no angle brackets.
struct SMTPDialogue {
    static let sender = "sender@transparentproxy.com"
    static let recipient = "receiver@transparentproxy.com"
    static let text = "Some test data."

    /// What a person types, the text's end included.
    static let lines = ["MAIL FROM:\(sender)", "RCPT TO:\(recipient)", "DATA", text, ".", "QUIT"]

    /// The lines that the server answers, with the code that means yes.
    private static let answered: [String: Int] = [
        lines[0]: 250, lines[1]: 250, "DATA": 354, ".": 250, "QUIT": 221,
    ]

    let terminal: Terminal

    /// - Throws: ``DemoProblem`` when the server refuses or goes.
    func play(with route: RelayRoute) async throws {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(10))
            .connect(host: route.address, port: route.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await connection.executeThenClose { inbound, outbound in
            var replies = ReplyReader(iterator: inbound.makeAsyncIterator())
            try await expect(220, "the greeting", &replies)
            for line in Self.lines {
                terminal.say("C: \(line)", .cyan)
                try await outbound.write(ByteBuffer(string: line + "\r\n"))
                if let code = Self.answered[line] { try await expect(code, line, &replies) }
            }
        }
    }

    private func expect(_ code: Int, _ line: String, _ replies: inout ReplyReader) async throws {
        while true {
            guard let reply = try await replies.nextLine() else {
                throw DemoProblem("The relay closed the connection instead of answering \(line).")
            }
            terminal.say("S: \(reply)", .dim)
            // A hyphen behind the code: more lines follow (RFC 5321 §4.2.1).
            if reply.dropFirst(3).first == "-" { continue }
            guard reply.prefix(3) == "\(code)" else {
                throw DemoProblem("The relay answered \(line) with: \(reply)")
            }
            return
        }
    }
}

/// Cuts what arrives into lines.
private struct ReplyReader {
    var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var pending = ByteBuffer()

    init(iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) {
        self.iterator = iterator
    }

    mutating func nextLine() async throws -> String? {
        while true {
            if let end = pending.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = pending.readString(length: end - pending.readerIndex) ?? ""
                pending.moveReaderIndex(forwardBy: 1)
                return line.last == "\r" ? String(line.dropLast()) : line
            }
            // RFC 5321 §4.5.3.1.5 has 512 octets.
            guard pending.readableBytes < 64 * 1024, var bytes = try await iterator.next() else { return nil }
            pending.writeBuffer(&bytes)
        }
    }
}
