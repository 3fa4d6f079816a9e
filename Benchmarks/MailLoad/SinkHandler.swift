import NIOCore
import TLS

/// The server's side of one session.
///
/// Content is looked at no closer than at its end: no client sends anything behind that before it has heard the reply.
final class SinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let endOfData = Array("\r\n.\r\n".utf8)
    private static let capabilities =
        ["bench", "PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "AUTH PLAIN"]

    private var input = ByteBuffer()
    /// The last octets of the content so far; nil outside of content.
    private var tail: [UInt8]?
    private var isKnown = false
    /// Whether nothing is read any more once content may come.
    private let stalls: Bool

    init(stalls: Bool) {
        self.stalls = stalls
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted {
            reply("220 bench ESMTP", context)
            context.flush()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        if tail != nil { return content(octets, context) }
        input.writeBuffer(&octets)
        while tail == nil, let end = input.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = input.readString(length: end + 1 - input.readerIndex) ?? ""
            command(line.split(whereSeparator: \.isNewline).first.map(String.init) ?? "", context)
        }
        if tail != nil, input.readableBytes > 0 {
            let rest = input
            input.clear()
            content(rest, context)
        }
        input.discardReadBytes()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    private func content(_ octets: ByteBuffer, _ context: ChannelHandlerContext) {
        let end = ((tail ?? []) + octets.readableBytesView.suffix(5)).suffix(5)
        guard end.elementsEqual(Self.endOfData) else {
            tail = Array(end)
            return
        }
        tail = nil
        reply("250 2.0.0 taken", context)
    }

    private func command(_ line: String, _ context: ChannelHandlerContext) {
        switch line.prefix(4).uppercased() {
        case "EHLO":
            let lines =
                Self.capabilities.dropLast().map { "250-\($0)" } + Self.capabilities.suffix(1).map { "250 \($0)" }
            reply(lines.joined(separator: "\r\n"), context)
        case "AUTH":
            isKnown = line == SendHandler.login
            reply(isKnown ? "235 2.7.0 welcome" : "535 5.7.8 no", context)
        case "MAIL": reply(isKnown ? "250 2.1.0 OK" : "530 5.7.0 log in first", context)
        case "DATA":
            reply("354 go on", context)
            // An empty message ends at once.
            tail = Array("\r\n".utf8)
            if stalls { _ = context.channel.setOption(.autoRead, value: false) }
        case "QUIT":
            reply("221 2.0.0 bye", context)
            context.flush()
            context.close(promise: nil)
        default: reply("250 2.0.0 OK", context)
        }
    }

    private func reply(_ text: String, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension SinkHandler: Sendable {}
