internal import NIOCore
internal import TLS

/// One session on its channel: cuts lines and content from the stream, asks the protocol, lets the script interfere,
/// writes replies. Everything in it runs on the channel's event loop.
final class SinkConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Never
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Asks a connection to close if no transaction, login or command is under way. Sent as a user inbound event.
    struct CloseIfIdle: Sendable {
        var reply: SinkReply?
        var closing: SinkFault.Closing
    }

    /// While a session is held, no more than this is read ahead.
    private static let readAhead = 1024 * 1024

    let state: SinkState
    let session: Int
    let isTooMany: Bool
    /// Whether a TLS handler stands in front of this one.
    let isSecure: Bool
    var smtp: SinkSession
    var tls: SinkTLSFacts?
    var mails = 0

    /// What has arrived and isn't processed.
    var input = ByteBuffer()
    var output = ByteBuffer()
    var scanner = ContentScanner()
    var content = ByteBuffer()
    var contentSize = 0
    var isContentBegun = false
    /// What the message that is being ended will be called.
    private var mailID = 0
    /// The rest of a line that was too long is being thrown away.
    private var isSkippingLine = false
    private var isGreeted = false
    var isClosing = false
    /// A gate, or a file being written, holds the session.
    var isHeld = false
    var isReadingStopped = false
    var isReadPending = false

    init(state: SinkState, session: Int, isTooMany: Bool, isSecure: Bool) {
        self.state = state
        self.session = session
        self.isTooMany = isTooMany
        self.isSecure = isSecure
        smtp = SinkSession(configuration: state.configuration, accounts: state.accounts)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { greet(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        greet(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        process(context)
    }

    func read(context: ChannelHandlerContext) {
        if isReadingStopped || (isHeld && input.readableBytes > Self.readAhead) {
            isReadPending = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let handshake = event as? TLSHandshakeCompleted {
            let facts = SinkTLSFacts(handshake)
            tls = facts
            state.noteTLS(facts, session: session)
        } else if let request = event as? CloseIfIdle {
            guard isGreeted, !isHeld, !isClosing, smtp.isIdle, input.readableBytes == 0 else { return }
            if let reply = request.reply { write(reply) }
            close(request.closing, context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that breaks TLS or the connection: there is no one to tell.
        close(.abrupt, context)
    }

    // MARK: Lines and content

    private func greet(_ context: ChannelHandlerContext) {
        guard !isGreeted else { return }
        isGreeted = true
        if isTooMany {
            write(SinkReply(421, "4.7.0", "Too many connections"))
            close(.orderly, context)
        } else {
            perform(smtp.greeting, context)
            flush(context)
        }
    }

    func process(_ context: ChannelHandlerContext) {
        while !isClosing, !isHeld {
            if smtp.phase == .content {
                guard readContent(context) else { break }
            } else {
                guard readLine(context) else { break }
            }
        }
        if input.readableBytes == 0 { input.clear(minimumCapacity: 0) }
        flush(context)
    }

    /// - Returns: whether there may be more to do with what has arrived.
    private func readContent(_ context: ChannelHandlerContext) -> Bool {
        if !isContentBegun {
            guard input.readableBytes > 0 else { return false }
            isContentBegun = true
            strikeContent(context)
            return true
        }
        let keeps = state.configuration.content != .discarded
        let limit = state.configuration.maximumSize ?? .max
        let isEnded = scanner.scan(&input) { slice in
            contentSize += slice.readableBytes
            if keeps, contentSize <= limit { content.writeImmutableBuffer(slice) }
        }
        guard isEnded else { return false }
        mailID = state.nextMail()
        perform(smtp.contentEnded(size: contentSize, id: mailID), context)
        return true
    }

    private func readLine(_ context: ChannelHandlerContext) -> Bool {
        guard let lf = ContentScanner.offset(of: ContentScanner.lf, in: input) else {
            if input.readableBytes > smtp.lineLimit {
                isSkippingLine = true
                input.clear()
            }
            return false
        }
        guard let bytes = input.readBytes(length: lf + 1) else { return false }
        defer { isSkippingLine = false }
        guard !isSkippingLine, bytes.count <= smtp.lineLimit else {
            refuse("command line too long", context)
            return true
        }
        guard bytes.count >= 2, bytes[bytes.count - 2] == ContentScanner.cr else {
            refuse("command line that ends with a bare LF", context)
            return true
        }
        guard let line = String(validating: bytes.dropLast(2), as: UTF8.self),
            line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
        else {
            refuse("command line with control characters or bad UTF-8", context)
            return true
        }
        handle(line, context)
        return true
    }

    private func handle(_ line: String, _ context: ChannelHandlerContext) {
        let isResponse = smtp.phase == .authentication
        note(line, isResponse: isResponse)
        let (step, mayBeFollowed) = smtp.receive(line)
        if input.readableBytes > 0, !mayBeFollowed || !state.configuration.offersPipelining {
            let name = isResponse ? "a login response" : SinkTranscript.verb(of: line)
            state.noteViolation("sent more behind \(name) before its reply", session: session)
        }
        perform(step, context)
    }

    private func note(_ line: String, isResponse: Bool) {
        if isResponse {
            state.noteCommand("<redacted>", verb: nil, session: session)
            return
        }
        let verb = SinkTranscript.verb(of: line)
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        let shown = verb == "AUTH" && words.count > 2 ? "\(words[0]) \(words[1]) <redacted>" : line
        state.noteCommand(shown, verb: verb.utf8.count <= 10 ? verb : "OTHER", session: session)
    }

    private func refuse(_ violation: String, _ context: ChannelHandlerContext) {
        state.noteViolation(violation, session: session)
        smtp.abandonLogin()
        write(SinkReply(500, "5.5.2", "Refused: \(violation)"))
    }

    // MARK: Steps

    private func perform(_ step: SinkSession.Step, _ context: ChannelHandlerContext) {
        if let violation = step.violation { state.noteViolation(violation, session: session) }
        guard let action = strike(step.stage, step.addresses) else {
            commit(step, reply: step.reply, closing: nil, context)
            return
        }
        switch action {
        case .answer(let reply):
            if reply.isPositive, step.reply.isPositive {
                commit(step, reply: reply, closing: nil, context)
            } else {
                write(reply)
                drop(step)
            }
        case .answerAndClose(let reply, let closing):
            write(reply)
            drop(step)
            close(closing, context)
        case .send(let bytes):
            output.writeBytes(bytes)
            drop(step)
        case .close(let closing):
            drop(step)
            close(closing, context)
        case .closeAfterReply(let closing):
            commit(step, reply: step.reply, closing: closing, context)
        case .closeInsteadOfReply(let closing):
            commit(step, reply: nil, closing: closing, context)
        case .stall(let gate):
            hold(until: gate, context) { connection, context in
                connection.commit(step, reply: step.reply, closing: nil, context)
            }
        case .stopReading(let gate):
            commit(step, reply: step.reply, closing: nil, context)
            stopReading(until: gate, context)
        }
    }

    /// There is no reply to the beginning of content: what is to be sent is sent besides, and content is read on.
    private func strikeContent(_ context: ChannelHandlerContext) {
        switch strike(.content, smtp.envelope?.addresses ?? []) {
        case nil: break
        case .answer(let reply)?: write(reply)
        case .send(let bytes)?: output.writeBytes(bytes)
        case .answerAndClose(let reply, let closing)?:
            write(reply)
            close(closing, context)
        case .close(let closing)?, .closeAfterReply(let closing)?, .closeInsteadOfReply(let closing)?:
            close(closing, context)
        case .stall(let gate)?: hold(until: gate, context) { _, _ in }
        case .stopReading(let gate)?: stopReading(until: gate, context)
        }
    }

    private func strike(_ stage: SinkStage?, _ addresses: [String]) -> SinkFault.Action? {
        guard let stage else { return nil }
        return state.script.strike(
            SinkScript.Occasion(stage: stage, addresses: addresses, user: smtp.login?.user, session: session)
        )
    }

    /// Lets a step take effect; a mail is delivered first.
    func commit(
        _ step: SinkSession.Step,
        reply: SinkReply?,
        closing: SinkFault.Closing?,
        _ context: ChannelHandlerContext
    ) {
        guard case .delivered = step.change, let envelope = smtp.envelope else {
            finish(step, reply: reply, closing: closing, context)
            return
        }
        if state.configuration.content != .discarded {
            for violation in ContentCheck.violations(of: content) {
                state.noteViolation(violation, session: session)
            }
        }
        let mail = ReceivedMail(
            id: mailID,
            session: session,
            ordinal: mails + 1,
            login: smtp.login,
            tls: tls,
            envelope: envelope,
            size: contentSize,
            content: Array(content.readableBytesView),
            file: nil
        )
        deliver(mail, step, reply: reply, closing: closing, context)
    }
}
