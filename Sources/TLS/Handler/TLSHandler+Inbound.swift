public import NIOCore

extension TLSHandler {
    /// Starts the handshake.
    public func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        startHandshake(context: context)
    }

    /// Reports a connection that was cut off, then passes on that it is gone.
    public func channelInactive(context: ChannelHandlerContext) {
        let error = endOfTransport
        state = .closed
        failPendingWrites(error ?? ChannelError.ioOnClosedChannel)
        if let error {
            context.fireErrorCaught(error)
        }
        context.fireChannelInactive()
    }

    /// Decrypts.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .idle, .inputClosed, .closed:
            discard(unwrapInboundIn(data).readableBytes, context: context)
        case .handshaking where connection == nil:
            receiveFirstRecord(unwrapInboundIn(data), context: context)
        case .plaintext:
            context.fireUserInboundEventTriggered(TLSPlaintextReceived(bytes: unwrapInboundIn(data)))
        case .handshaking, .open, .outputClosed:
            connection?.receive(unwrapInboundIn(data))
            processInput(context: context)
        }
    }

    /// Reads on where what came in held no data for those above.
    public func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        switch state {
        case .handshaking, .plaintext:
            context.read()
        case .open, .outputClosed:
            if wantsData { readUnlessPaused(context: context) }
        case .idle, .inputClosed, .closed:
            break
        }
    }

    /// Tells the end of the TCP stream from the end of the TLS stream.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        // Those above have heard of the end of input, or will hear of an error instead.
        if let error = endOfTransport {
            fail(error, context: context)
        }
    }

    /// What it means that the peer's TCP stream ends now; `nil` when TLS had ended it before.
    private var endOfTransport: TLSError? {
        switch state {
        case .handshaking: .handshakeCutOff(peer: connection?.peer ?? Self.client)
        case .plaintext: .notTLS(peer: connection?.peer ?? Self.client)
        case .open, .outputClosed: connection?.cutOff
        case .idle, .inputClosed, .closed: nil
        }
    }
}

extension TLSHandler {
    /// How errors name the peer of a server that has made no connection.
    private static let client = "the client"

    /// Keeps what has come of a client's first record, and no more than that: OpenSSL's part of a connection costs some
    /// 60 KiB, and its client has said nothing yet.
    private func receiveFirstRecord(_ data: ByteBuffer, context: ChannelHandlerContext) {
        firstRecord.writeImmutableBuffer(data)
        switch RecordGate(.fromClient).next(in: firstRecord) {
        case .incomplete: break
        case .pass: connect(context: context)
        case .refuse(let refusal): fail(TLSError(refusal, peer: Self.client), context: context)
        }
    }

    /// Ignores what follows a close_notify (RFC 8446 section 6.1), but not for ever.
    private func discard(_ length: Int, context: ChannelHandlerContext) {
        discardedLength += length
        guard discardedLength > UnproductiveInputBudget.maximumLength else { return }
        switch state {
        case .idle, .handshaking, .plaintext, .open, .inputClosed, .outputClosed:
            fail(TLSError(.tooManyRecordsWithoutData, peer: connection?.peer ?? Self.client), context: context)
        case .closed:
            context.close(promise: nil)
        }
    }

    /// Handshakes and decrypts until what came in is used up.
    func processInput(context: ChannelHandlerContext) {
        guard !isProcessingInput, let connection else { return }
        isProcessingInput = true
        defer { isProcessingInput = false }
        repeat {
            switch state {
            case .handshaking: advanceHandshake(connection, context: context)
            case .open, .outputClosed: decrypt(connection, context: context)
            case .idle, .plaintext, .inputClosed, .closed: return
            }
        } while connection.hasReadable
    }

    private func advanceHandshake(_ connection: TLSConnection, context: ChannelHandlerContext) {
        switch connection.handshake(reportsPlaintext: reportsPlaintext) {
        case .wantsInput:
            sendCiphertext(context: context, promise: nil)
        case .plaintext(let bytes):
            state = .plaintext
            context.fireUserInboundEventTriggered(TLSPlaintextReceived(bytes: bytes))
        case .failed(let error):
            fail(error, context: context)
        case .complete(let result):
            state = .open
            reportNewSessions(connection)
            context.fireUserInboundEventTriggered(result)
            // The last flight of the handshake leaves together with what has waited for it.
            encryptFlushedWrites(context: context)
            sendCiphertext(context: context, promise: nil)
        }
    }

    private var reportsPlaintext: Bool {
        switch role {
        case .client(_, _, let client): client.reportsPlaintext
        case .server: false
        }
    }

    private func decrypt(_ connection: TLSConnection, context: ChannelHandlerContext) {
        let (plaintext, outcome) = connection.read(allocator: context.channel.allocator)
        sendAnswers(context: context)
        reportNewSessions(connection)
        if let plaintext {
            wantsData = false
            context.fireChannelRead(wrapInboundOut(plaintext))
        }
        switch outcome {
        case .bufferFull, .drained: break
        case .closeNotify: endInput(context: context)
        case .failed(let error): fail(error, context: context)
        }
    }

    private func reportNewSessions(_ connection: TLSConnection) {
        let sessions = connection.takeNewSessions()
        switch role {
        case .client(_, _, let client): sessions.forEach { client.onNew?($0) }
        case .server: break
        }
    }

    private func endInput(context: ChannelHandlerContext) {
        switch state {
        case .open:
            if allowsRemoteHalfClosure(context) {
                state = .inputClosed
                context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            } else {
                closeAll(context: context, promise: nil)
            }
        case .outputClosed:
            closeWhenCloseNotifyIsWritten(context: context)
        case .idle, .handshaking, .plaintext, .inputClosed, .closed:
            break
        }
    }

    private func allowsRemoteHalfClosure(_ context: ChannelHandlerContext) -> Bool {
        (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false
    }
}
