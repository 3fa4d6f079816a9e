import FoundationEssentials
import NIOCore

/// The client's side of one session: waits for each reply, as most mail libraries do.
final class SendHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The command that logs in (RFC 4954 §4).
    static let login = ByteBuffer(
        string: "AUTH PLAIN \(Data(MailLoadCommand.login.utf8).base64EncodedString())\r\n"
    )

    /// What a reply is waited for to, and so what comes next.
    private enum Step {
        case greeting, hello, login, mail, recipient, data, content, quit
    }

    /// The pieces that a message is written in.
    private let message: [ByteBuffer]
    private var mailsLeft: Int
    private let logsIn: Bool
    private let sent: (Duration) -> Void
    private var step = Step.greeting
    /// The reply's line that has come in part.
    private var input = ByteBuffer()
    private var start = ContinuousClock.now

    private var lastLine = ByteBuffer(string: "no greeting")
    private var failure: String?
    /// All messages were taken, and the server has said goodbye.
    private(set) var isDone = false

    init(_ message: [ByteBuffer], mails: Int, logsIn: Bool, sent: @escaping (Duration) -> Void) {
        self.message = message
        mailsLeft = mails
        self.logsIn = logsIn
        self.sent = sent
    }

    /// Why it isn't done.
    var trouble: String {
        failure ?? String(buffer: lastLine).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let octets = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = octets } else { input.writeImmutableBuffer(octets) }
        while let end = input.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            let line = input.readSlice(length: end + 1 - input.readerIndex)
        {
            // RFC 5321 §4.2.1: a hyphen announces another line.
            if line.getInteger(at: line.readerIndex + 3) != UInt8(ascii: "-") { replied(line, context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = "\(error)"
        context.close(promise: nil)
    }

    private func replied(_ line: ByteBuffer, _ context: ChannelHandlerContext) {
        lastLine = line
        let first = line.getInteger(at: line.readerIndex, as: UInt8.self)
        guard first == UInt8(ascii: "2") || step == .data && first == UInt8(ascii: "3") else {
            return context.close(promise: nil)
        }
        switch step {
        case .greeting where logsIn: say(Lines.hello, .hello, context)
        case .hello: say(Self.login, .login, context)
        case .greeting, .login: say(Lines.mail, .mail, context)
        case .mail: say(Lines.recipient, .recipient, context)
        case .recipient: say(Lines.data, .data, context)
        case .data:
            step = .content
            for piece in message { context.writeAndFlush(wrapOutboundOut(piece), promise: nil) }
        case .content:
            sent(ContinuousClock.now - start)
            mailsLeft -= 1
            start = .now
            if mailsLeft > 0 { say(Lines.mail, .mail, context) } else { say(Lines.quit, .quit, context) }
        case .quit:
            isDone = true
            context.close(promise: nil)
        }
    }

    private func say(_ line: ByteBuffer, _ next: Step, _ context: ChannelHandlerContext) {
        step = next
        context.writeAndFlush(wrapOutboundOut(line), promise: nil)
    }

    /// What it says, made once.
    private enum Lines {
        static let hello = ByteBuffer(string: "EHLO client.example.test\r\n")
        static let mail = ByteBuffer(string: "MAIL FROM:<from@example.test>\r\n")
        static let recipient = ByteBuffer(string: "RCPT TO:<to@example.test>\r\n")
        static let data = ByteBuffer(string: "DATA\r\n")
        static let quit = ByteBuffer(string: "QUIT\r\n")
    }
}

@available(*, unavailable)
extension SendHandler: Sendable {}
