public import NIOCore

extension TLSHandler {
    /// The ciphertext of one write to the channel below: large enough to be efficient, small enough to stay in cache.
    private static let maximumBatchLength = 64 * 1024

    /// Keeps the data until it is flushed and the handshake is done.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch state {
        case .closed:
            promise?.fail(ChannelError.ioOnClosedChannel)
        case .outputClosed:
            promise?.fail(ChannelError.outputClosed)
        case .idle, .handshaking, .plaintext, .open, .inputClosed:
            if pendingWrites.isEnded {
                promise?.fail(ChannelError.outputClosed)
            } else {
                pendingWrites.append(unwrapOutboundIn(data), promise: promise)
            }
        }
    }

    /// Encrypts what was written, once the handshake is done.
    public func flush(context: ChannelHandlerContext) {
        pendingWrites.flush()
        encryptFlushedWrites(context: context)
    }

    /// Notes that someone waits for data.
    public func read(context: ChannelHandlerContext) {
        wantsData = true
        readUnlessPaused(context: context)
    }

    /// Closes with a close_notify. TLS can't refuse input alone: `.input` is not supported.
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all: closeAll(context: context, promise: promise)
        case .output: closeOutput(context: context, promise: promise)
        case .input: promise?.fail(ChannelError.operationUnsupported)
        }
    }

    /// Takes ``TLSAbruptClose``.
    public func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is TLSAbruptClose else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        state = .closed
        failPendingWrites(ChannelError.ioOnClosedChannel)
        context.close(mode: .all, promise: promise)
    }
}

// MARK: Closing

extension TLSHandler {
    /// Says goodbye and closes, without waiting for an answer, as closing a TCP channel does not wait either.
    func closeAll(context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        switch state {
        case .open, .inputClosed:
            state = .closed
            connection?.sendCloseNotify()
            sendCiphertext(context: context, promise: nil)
        case .idle, .handshaking, .plaintext, .outputClosed, .closed:
            // No close_notify belongs into a handshake, and none twice.
            state = .closed
        }
        failPendingWrites(ChannelError.ioOnClosedChannel)
        context.close(mode: .all, promise: promise)
    }

    private func closeOutput(context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        switch state {
        case .closed:
            promise?.fail(ChannelError.alreadyClosed)
        case .outputClosed:
            promise?.fail(ChannelError.outputClosed)
        case .idle, .handshaking, .plaintext, .open, .inputClosed:
            guard !pendingWrites.isEnded else {
                promise?.fail(ChannelError.outputClosed)
                return
            }
            pendingWrites.appendEnd(promise: promise)
            encryptFlushedWrites(context: context)
        }
    }

    /// Sends the close_notify, after which the channel is half or wholly closed.
    private func endOutput(
        _ connection: TLSConnection,
        context: ChannelHandlerContext,
        promises: [EventLoopPromise<Void>]
    ) {
        connection.sendCloseNotify()
        let written = context.eventLoop.makePromise(of: Void.self)
        for promise in promises {
            written.futureResult.cascade(to: promise)
        }
        closeNotifyWritten = written.futureResult
        let inputWasClosed =
            switch state {
            case .inputClosed: true
            case .idle, .handshaking, .plaintext, .open, .outputClosed, .closed: false
            }
        state = .outputClosed
        sendCiphertext(context: context, promise: written)
        if inputWasClosed {
            closeWhenCloseNotifyIsWritten(context: context)
        }
    }

    /// Both directions have ended well. Closing earlier would throw away what the channel below has not yet sent.
    func closeWhenCloseNotifyIsWritten(context: ChannelHandlerContext) {
        if case .closed = state { return }
        state = .closed
        closeNotifyWritten?.assumeIsolated().whenComplete { _ in
            context.close(mode: .all, promise: nil)
        }
        closeNotifyWritten = nil
    }
}

// MARK: Encrypting

extension TLSHandler {
    /// Encrypts all flushed writes, in batches.
    func encryptFlushedWrites(context: ChannelHandlerContext) {
        guard !isEncrypting, let connection else { return }
        isEncrypting = true
        defer { isEncrypting = false }
        while pendingWrites.hasFlushed {
            switch state {
            case .open, .inputClosed: encryptBatch(connection, context: context)
            case .idle, .handshaking, .plaintext, .outputClosed, .closed: return
            }
        }
    }

    /// Encrypts up to a batch and hands it down in one write, whose promise is that of all writes that end in it.
    private func encryptBatch(_ connection: TLSConnection, context: ChannelHandlerContext) {
        var promises: [EventLoopPromise<Void>] = []
        while connection.pendingCiphertextLength < Self.maximumBatchLength, let chunk = pendingWrites.nextChunk() {
            promises.append(contentsOf: chunk.promises)
            switch chunk.content {
            case .plaintext(let plaintext):
                if let error = connection.write(plaintext) {
                    fail(error, context: context)
                    promises.forEach { $0.fail(error) }
                    return
                }
            case .endOfOutput:
                endOutput(connection, context: context, promises: promises)
                return
            }
        }
        let first = promises.first
        for promise in promises.dropFirst() {
            first?.futureResult.cascade(to: promise)
        }
        sendCiphertext(context: context, promise: first)
    }
}
