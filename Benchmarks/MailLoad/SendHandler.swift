import FoundationEssentials
import NIOCore

/// The client's side of one session: waits for each reply, as most mail libraries do.
final class SendHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The command that logs in (RFC 4954 §4).
    static let login = "AUTH PLAIN " + Data(MailLoadCommand.login.utf8).base64EncodedString()

    /// What a reply is waited for to, and so what comes next.
    private enum Step {
        case greeting, hello, login, mail, recipient, data, content, quit
    }

    private let message: ByteBuffer
    private var mailsLeft: Int
    private let logsIn: Bool
    private let sent: (Duration) -> Void
    private var step = Step.greeting
    private var input = ByteBuffer()
    private var start = ContinuousClock.now

    private(set) var lastReply = "no greeting"
    /// All messages were taken, and the server has said goodbye.
    private(set) var isDone = false

    init(_ message: ByteBuffer, mails: Int, logsIn: Bool, sent: @escaping (Duration) -> Void) {
        self.message = message
        mailsLeft = mails
        self.logsIn = logsIn
        self.sent = sent
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        input.writeBuffer(&octets)
        while let end = input.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = input.readString(length: end + 1 - input.readerIndex) ?? ""
            // RFC 5321 §4.2.1: a hyphen announces another line.
            if line.dropFirst(3).first != "-" { replied(line, context) }
        }
        input.discardReadBytes()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lastReply = "\(error)"
        context.close(promise: nil)
    }

    private func replied(_ line: String, _ context: ChannelHandlerContext) {
        lastReply = line.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard line.hasPrefix("2") || step == .data && line.hasPrefix("3") else { return context.close(promise: nil) }
        switch step {
        case .greeting where logsIn: say("EHLO client.example.test", .hello, context)
        case .hello: say(Self.login, .login, context)
        case .greeting, .login: mail(context)
        case .mail: say("RCPT TO:<to@example.test>", .recipient, context)
        case .recipient: say("DATA", .data, context)
        case .data:
            step = .content
            context.writeAndFlush(wrapOutboundOut(message), promise: nil)
        case .content:
            sent(ContinuousClock.now - start)
            mailsLeft -= 1
            start = .now
            if mailsLeft > 0 { mail(context) } else { say("QUIT", .quit, context) }
        case .quit:
            isDone = true
            context.close(promise: nil)
        }
    }

    private func mail(_ context: ChannelHandlerContext) {
        say("MAIL FROM:<from@example.test>", .mail, context)
    }

    private func say(_ line: String, _ next: Step, _ context: ChannelHandlerContext) {
        step = next
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: line + "\r\n")), promise: nil)
    }
}

@available(*, unavailable)
extension SendHandler: Sendable {}
