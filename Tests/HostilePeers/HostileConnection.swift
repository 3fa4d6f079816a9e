internal import FoundationEssentials
internal import NIOCore
internal import Synchronization

/// One connection of a ``HostileMailServer``: honest SMTP up to the stage, then the behavior.
final class HostileConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let state: HostileServerState
    let number: Int
    var tls: HostileTLS?
    /// Plaintext that is no whole line yet.
    private var line: [UInt8] = []
    private var isReadingMessage = false
    /// What the client has logged in with, as it was sent and decoded. The server repeats it.
    private(set) var credentials = ""
    private(set) var isHostile = false
    /// Gives the next bytes of a flood.
    var source: (() -> [UInt8])?
    var isFlooding = false
    var drip: RepeatedTask?

    init(_ state: HostileServerState) {
        self.state = state
        tls = HostileTLS(state.context)
        number = state.counters.withLock { counters in
            counters.connections += 1
            counters.openConnections += 1
            return counters.connections
        }
    }

    // MARK: Channel

    func channelActive(context: ChannelHandlerContext) {
        state.channels.withLock { $0[ObjectIdentifier(self)] = context.channel }
        if state.stage == .connect { turnHostile(context, handshake: []) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isHostile, let tls else { return }
        let wasEstablished = tls.isEstablished
        tls.receive(unwrapInboundIn(data))
        if state.stage == .tls {
            let flight = tls.takeOutput()
            if !flight.isEmpty { turnHostile(context, handshake: flight) }
            return
        }
        if !wasEstablished, tls.isEstablished { reply(at: .greeting, "220 hostile.example ESMTP", context) }
        let plaintext = tls.read()
        flush(context)
        for byte in plaintext where !isHostile {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            let text = String(decoding: line, as: UTF8.self)
            line = []
            received(text.hasSuffix("\r") ? String(text.dropLast()) : text, context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { pump(context) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        drip?.cancel()
        source = nil
        _ = state.channels.withLock { $0.removeValue(forKey: ObjectIdentifier(self)) }
        state.counters.withLock { $0.openConnections -= 1 }
        context.fireChannelInactive()
    }

    // MARK: Honest SMTP

    private func received(_ line: String, _ context: ChannelHandlerContext) {
        if isReadingMessage {
            guard line == "." else { return }
            isReadingMessage = false
            reply(at: .dot, "250 2.0.0 taken", context)
            if !isHostile, state.stage == .idle { turnHostile(context, handshake: []) }
            return
        }
        switch line.prefix(4).uppercased() {
        case "EHLO":
            let lines = ["250-hostile.example", "250-PIPELINING", "250-8BITMIME", "250 AUTH PLAIN LOGIN"]
            reply(at: .ehlo, lines.joined(separator: "\r\n"), context)
        case "AUTH":
            let response = line.split(separator: " ").last.map(String.init) ?? ""
            let decoded = Data(base64Encoded: response).map { String(decoding: $0, as: UTF8.self) } ?? ""
            credentials = "\(response) \(decoded.replacing("\0", with: " "))"
            reply(at: .auth, "235 2.7.0 welcome", context)
        case "MAIL": reply(at: .mail, "250 2.1.0 ok", context)
        case "RCPT": reply(at: .rcpt, "250 2.1.5 ok", context)
        case "DATA":
            reply(at: .data, "354 go on", context)
            isReadingMessage = !isHostile
        case "QUIT":
            reply(at: .quit, "221 2.0.0 bye", context)
            if !isHostile { context.close(promise: nil) }
        default: send("250 2.0.0 ok\r\n", context)
        }
    }

    private func reply(at stage: HostileStage, _ text: String, _ context: ChannelHandlerContext) {
        guard stage != state.stage else { return turnHostile(context, handshake: []) }
        send(text + "\r\n", context)
    }

    private func turnHostile(_ context: ChannelHandlerContext, handshake: [UInt8]) {
        isHostile = true
        state.counters.withLock { $0.hostileConnections += 1 }
        misbehave(context, handshake: handshake)
    }

    // MARK: Output

    func send(_ text: String, _ context: ChannelHandlerContext) {
        tls?.write(Array(text.utf8))
        flush(context)
    }

    /// Sends what TLS has encrypted.
    func flush(_ context: ChannelHandlerContext) {
        if let ciphertext = tls?.takeOutput() { sendRaw(ciphertext, context) }
    }

    func sendRaw(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard !bytes.isEmpty else { return }
        state.counters.withLock { $0.bytes += bytes.count }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}

@available(*, unavailable)
extension HostileConnection: Sendable {}
