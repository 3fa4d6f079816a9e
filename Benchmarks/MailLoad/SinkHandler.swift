import NIOCore
import TLS

/// The server's side of one session.
///
/// Content is looked at no closer than at its end: no client sends anything behind that before it has heard the reply.
final class SinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let endOfData = Array("\r\n.\r\n".utf8)

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
            reply(Replies.greeting, context)
            context.flush()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let octets = unwrapInboundIn(data)
        if tail != nil { return content(octets, context) }
        if input.readableBytes == 0 { input = octets } else { input.writeImmutableBuffer(octets) }
        while tail == nil, let end = input.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            let line = input.readSlice(length: end + 1 - input.readerIndex)
        {
            command(line, context)
        }
        if tail != nil, input.readableBytes > 0 {
            let rest = input
            input.clear()
            content(rest, context)
        }
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
        reply(Replies.taken, context)
    }

    /// All clients write the four letters in upper case.
    private func command(_ line: ByteBuffer, _ context: ChannelHandlerContext) {
        switch line.getInteger(at: line.readerIndex, as: UInt32.self) {
        case Verb.hello: reply(Replies.hello, context)
        case Verb.login:
            isKnown = line == SendHandler.login
            reply(isKnown ? Replies.welcome : Replies.wrongLogin, context)
        case Verb.mail: reply(isKnown ? Replies.good : Replies.noLogin, context)
        case Verb.data:
            reply(Replies.goOn, context)
            // An empty message ends at once.
            tail = Array("\r\n".utf8)
            if stalls { _ = context.channel.setOption(.autoRead, value: false) }
        case Verb.quit:
            reply(Replies.goodbye, context)
            context.flush()
            context.close(promise: nil)
        default: reply(Replies.good, context)
        }
    }

    private func reply(_ line: ByteBuffer, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(line), promise: nil)
    }

    /// Commands by their first four octets.
    private enum Verb {
        static let hello = of("EHLO")
        static let login = of("AUTH")
        static let mail = of("MAIL")
        static let data = of("DATA")
        static let quit = of("QUIT")

        private static func of(_ name: String) -> UInt32 {
            name.utf8.reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// What it says, made once.
    private enum Replies {
        static let greeting = ByteBuffer(string: "220 bench ESMTP\r\n")
        static let hello = ByteBuffer(
            string: ["bench", "PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
                .map { "250-\($0)\r\n" }.joined() + "250 AUTH PLAIN\r\n"
        )
        static let welcome = ByteBuffer(string: "235 2.7.0 welcome\r\n")
        static let wrongLogin = ByteBuffer(string: "535 5.7.8 no\r\n")
        static let noLogin = ByteBuffer(string: "530 5.7.0 log in first\r\n")
        static let good = ByteBuffer(string: "250 2.0.0 OK\r\n")
        static let goOn = ByteBuffer(string: "354 go on\r\n")
        static let taken = ByteBuffer(string: "250 2.0.0 taken\r\n")
        static let goodbye = ByteBuffer(string: "221 2.0.0 bye\r\n")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension SinkHandler: Sendable {}
