internal import NIOCore
internal import NIOPosix
internal import TLS

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What steps lead to: mails stored, replies written, sessions held, connections closed.
extension SinkConnection {
    // MARK: Delivery

    func deliver(
        _ mail: ReceivedMail,
        _ step: SinkSession.Step,
        reply: SinkReply?,
        closing: SinkFault.Closing?,
        _ context: ChannelHandlerContext
    ) {
        guard case .files(let folder) = state.configuration.content else {
            record(mail)
            finish(step, reply: reply, closing: closing, context)
            return
        }
        var mail = mail
        let path = "\(folder)/\(MailFile.name(of: mail))"
        mail.file = path
        let bytes = mail.content
        let stored = NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) {
            try MailFile.store(bytes, to: path)
        }
        isHeld = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let finished = mail
        stored.whenComplete { result in
            let (connection, context) = bound.value
            connection.isHeld = false
            guard !connection.isClosing else {
                // The client went while we wrote. It has heard nothing, and the mail is here: RFC 1047's ambiguity.
                if case .success = result { connection.record(finished) }
                return
            }
            switch result {
            case .success:
                connection.record(finished)
                connection.finish(step, reply: reply, closing: closing, context)
            case .failure:
                connection.write(SinkReply(451, "4.3.0", "The message can't be stored"))
                connection.drop(step)
            }
            connection.resume(context)
        }
    }

    private func record(_ mail: ReceivedMail) {
        mails += 1
        state.add(mail)
    }

    func finish(
        _ step: SinkSession.Step,
        reply: SinkReply?,
        closing: SinkFault.Closing?,
        _ context: ChannelHandlerContext
    ) {
        smtp.take(step)
        if let reply { write(reply) }
        switch step.change {
        case .loggedIn(let login): state.noteLogin(login, session: session)
        case .loginFailed: state.noteLogin(nil, session: session)
        case .content, .delivered, .reset: resetContent()
        case .quit:
            state.noteQuit()
            close(closing ?? .orderly, context)
            return
        case .none, .greeted, .challenged, .sender, .recipient: break
        }
        if let closing { close(closing, context) }
    }

    func drop(_ step: SinkSession.Step) {
        smtp.drop(step)
        if smtp.phase == .commands { resetContent() }
    }

    private func resetContent() {
        scanner = ContentScanner()
        content = ByteBuffer()
        contentSize = 0
        isContentBegun = false
    }

    // MARK: Holding

    /// Processes nothing until the gate opens, then does `body` and goes on.
    func hold(
        until gate: SinkGate,
        _ context: ChannelHandlerContext,
        _ body: @escaping (SinkConnection, ChannelHandlerContext) -> Void
    ) {
        isHeld = true
        // What was answered before must not wait.
        flush(context)
        pass(gate, context) { connection, context in
            connection.isHeld = false
            guard !connection.isClosing else { return }
            body(connection, context)
            connection.resume(context)
        }
    }

    func stopReading(until gate: SinkGate, _ context: ChannelHandlerContext) {
        isReadingStopped = true
        pass(gate, context) { connection, context in
            connection.isReadingStopped = false
            connection.resume(context)
        }
    }

    private func pass(
        _ gate: SinkGate,
        _ context: ChannelHandlerContext,
        _ body: @escaping (SinkConnection, ChannelHandlerContext) -> Void
    ) {
        let bound = NIOLoopBound((self, context, body), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        gate.pass {
            eventLoop.execute {
                let (connection, context, body) = bound.value
                body(connection, context)
            }
        }
    }

    private func resume(_ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        process(context)
        if isReadPending, !isReadingStopped, !isHeld {
            isReadPending = false
            context.read()
        }
    }

    // MARK: Writing and closing

    func write(_ reply: SinkReply) {
        // RFC 2034 §3: no status codes in the greeting, in EHLO's reply and in 3xx; those replies carry none.
        let text = reply.rendered(withEnhanced: state.configuration.offersEnhancedStatusCodes)
        output.writeString(text)
        state.noteReply(text, session: session)
    }

    func flush(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        guard output.readableBytes > 0 else {
            promise?.succeed()
            return
        }
        let bytes = output
        output = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    /// Sends what is to be sent, then closes.
    func close(_ closing: SinkFault.Closing, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        isClosing = true
        let promise = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in
            // Not from within the write: what TLS then sends, its close_notify, would be dropped by the close behind it.
            bound.eventLoop.execute {
                let (connection, context) = bound.value
                connection.closeNow(closing, context)
            }
        }
        flush(context, promise)
    }

    private func closeNow(_ closing: SinkFault.Closing, _ context: ChannelHandlerContext) {
        if closing == .reset { context.channel.closesWithReset() }
        if closing == .orderly || !isSecure {
            context.close(promise: nil)
        } else {
            context.triggerUserOutboundEvent(TLSAbruptClose(), promise: nil)
        }
    }
}

extension Channel {
    /// Makes the socket send RST when it is closed: SO_LINGER with no time does.
    func closesWithReset() {
        // A socket that is closed already can't be told, and needn't.
        _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
}

@available(*, unavailable)
extension SinkConnection: Sendable {}
