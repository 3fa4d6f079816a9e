public import NIOCore

/// Speaks TLS on a channel: ciphertext below, plaintext above.
///
/// `channelActive` passes through at once; ``TLSHandshakeCompleted`` is fired when the handshake is done. What is
/// written earlier waits. How long a handshake may take is the caller's business.
///
/// - A write's promise completes when its ciphertext has been written.
/// - `close(mode: .output)` sends what was written and a close_notify; reading goes on. TCP is not half-closed.
/// - A close_notify from the peer is `ChannelEvent.inputClosed` where the channel allows remote half-closure,
///   otherwise the channel is closed. When both directions have ended so, the channel is closed.
/// - `close(mode: .all)` sends a close_notify and closes without waiting for the peer's.
/// - ``TLSAbruptClose`` closes without a close_notify.
/// - The end of the TCP connection without a close_notify is an error, ``TLSError/Code/uncleanShutdown``, before
///   `channelInactive`.
public final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    enum Role {
        case client(TLSClientContext, serverName: String, ClientSessions)
        case server(TLSServerContext)
    }

    enum State {
        /// The channel is not active yet. Goes to `handshaking` or `closed`.
        case idle
        /// Writes wait. Goes to `open`, `plaintext` or `closed`.
        case handshaking
        /// The server speaks in plain text, which is handed on. Goes to `closed`.
        case plaintext
        /// Both directions work. Goes to any of the following.
        case open
        /// The peer has sent its close_notify; we may still write. Goes to `closed`.
        case inputClosed
        /// We have sent our close_notify; the peer may still write. Goes to `closed`.
        case outputClosed
        /// Nothing is encrypted or decrypted any more.
        case closed
    }

    struct ClientSessions {
        let offered: TLSSession?
        let onNew: ((TLSSession) -> Void)?
        let reportsPlaintext: Bool
        let now: () -> Int64
    }

    let role: Role
    var state = State.idle
    /// Made when the channel becomes active, a server's when the first record is complete: until then a channel costs
    /// no TLS memory.
    var connection: TLSConnection?
    /// What a server has received of the first record.
    var firstRecord = ByteBuffer()
    var pendingWrites = PendingWrites()
    /// Completes when the close_notify has left; set in `outputClosed`.
    var closeNotifyWritten: EventLoopFuture<Void>?
    /// The bytes that came behind the peer's close_notify.
    var discardedLength = 0
    /// Whether someone above waits for data: a record that brings none must then be followed by another read.
    var wantsData = false
    /// The bytes of TLS's own answers, such as to a key update, that have not been written.
    var unsentAnswerLength = 0
    /// Guards against the loops being entered again from the call-outs they make.
    var isProcessingInput = false
    var isEncrypting = false

    /// A client's handler.
    ///
    /// - Parameters:
    ///   - context: the configuration, shared by connections.
    ///   - serverName: the host name or IP address that the certificate must be for, and the SNI name.
    ///   - session: the session of an earlier connection to this host and port.
    ///   - onNewSession: called on the event loop with each session that the server offers; with TLS 1.3 after the
    ///     handshake, possibly more than once.
    ///   - reportsPlaintext: whether a server that speaks in plain text is reported with ``TLSPlaintextReceived``, for the
    ///     caller to close the connection, and not as an error.
    ///   - now: the time in seconds since 1970, by which a session's age is judged.
    public init(
        client context: TLSClientContext,
        serverName: String,
        resuming session: TLSSession? = nil,
        onNewSession: ((TLSSession) -> Void)? = nil,
        reportsPlaintext: Bool = false,
        now: @escaping () -> Int64 = { TLSSession.systemTime }
    ) {
        let sessions = ClientSessions(
            offered: session,
            onNew: onNewSession,
            reportsPlaintext: reportsPlaintext,
            now: now
        )
        self.role = .client(context, serverName: serverName, sessions)
    }

    /// A server's handler.
    public init(server context: TLSServerContext) {
        self.role = .server(context)
    }

    /// Starts the handshake if the channel is active already.
    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive {
            startHandshake(context: context)
        }
    }

    /// Ends TLS without a close_notify. What waits to be written fails.
    public func handlerRemoved(context: ChannelHandlerContext) {
        state = .closed
        connection = nil
        firstRecord = ByteBuffer()
        failPendingWrites(ChannelError.ioOnClosedChannel)
    }
}

@available(*, unavailable)
extension TLSHandler: Sendable {}

extension TLSHandler {
    func startHandshake(context: ChannelHandlerContext) {
        guard case .idle = state else { return }
        state = .handshaking
        switch role {
        case .client: connect(context: context)
        case .server: break
        }
        if case .handshaking = state {
            // The handshake needs the peer's answer whether or not anyone above wants data.
            context.read()
        }
    }

    /// Makes the connection and processes what has come in.
    func connect(context: ChannelHandlerContext) {
        do throws(TLSError) {
            let connection = try makeConnection()
            connection.receive(firstRecord)
            firstRecord = ByteBuffer()
            self.connection = connection
        } catch {
            fail(error, context: context)
            return
        }
        processInput(context: context)
    }

    private func makeConnection() throws(TLSError) -> TLSConnection {
        switch role {
        case .client(let context, let serverName, let sessions):
            try TLSConnection(
                client: context,
                serverName: serverName,
                resuming: sessions.offered,
                at: sessions.now()
            )
        case .server(let context):
            try TLSConnection(server: context)
        }
    }

    /// Tells everyone concerned that TLS has failed, after sending the alert if there is one.
    func fail(_ error: TLSError, context: ChannelHandlerContext) {
        if case .closed = state { return }
        state = .closed
        sendCiphertext(context: context, promise: nil)
        failPendingWrites(error)
        context.fireErrorCaught(error)
        context.close(mode: .all, promise: nil)
    }

    func failPendingWrites(_ error: any Error) {
        for promise in pendingWrites.removeAll() {
            promise.fail(error)
        }
    }

    /// Writes and flushes what TLS has to send.
    func sendCiphertext(context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard let ciphertext = connection?.takeCiphertext() else {
            promise?.succeed()
            return
        }
        context.writeAndFlush(wrapOutboundOut(ciphertext), promise: promise)
    }
}

// MARK: Back-pressure

extension TLSHandler {
    /// While more of TLS's own answers than this has not been written, nothing is read. One answer is some 30 bytes; a
    /// peer that is busy sending a message, and has not taken one or two, must still be heard.
    private static let maximumUnsentAnswerLength = 256

    /// Writes and flushes what TLS answers to input by itself.
    func sendAnswers(context: ChannelHandlerContext) {
        guard let length = connection?.pendingCiphertextLength, length > 0 else { return }
        unsentAnswerLength += length
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.answersWritten(length, context: context)
        }
        sendCiphertext(context: context, promise: written)
    }

    private func answersWritten(_ length: Int, context: ChannelHandlerContext) {
        let wasPaused = isReadingPaused
        unsentAnswerLength -= length
        guard wasPaused, wantsData else { return }
        switch state {
        case .open, .outputClosed: readUnlessPaused(context: context)
        case .idle, .handshaking, .plaintext, .inputClosed, .closed: break
        }
    }

    private var isReadingPaused: Bool { unsentAnswerLength > Self.maximumUnsentAnswerLength }

    func readUnlessPaused(context: ChannelHandlerContext) {
        if !isReadingPaused { context.read() }
    }
}
