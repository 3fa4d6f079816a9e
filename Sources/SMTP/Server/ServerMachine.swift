public import NIOCore

/// The server side of SMTP: one application's connection (RFC 5321). It answers what can be answered here, and asks for
/// a session with the mail server from the first RCPT to the end of the transaction. No I/O, no clock.
///
/// Feed it with what arrives from the application or from the session, then run ``nextAction()`` until it returns nil.
/// Replies leave in the order of the commands, whoever gave them.
public struct ServerMachine: Sendable {
    /// What is to be done.
    public enum Action: Hashable, Sendable {
        /// Octets for the application.
        case reply(ByteBuffer)
        /// EHLO came: answer with ``ServerMachine/learned(_:)``, now or later.
        case learnCapabilities
        /// The envelope needs a session: answer with ``ServerMachine/borrowed(_:isReused:)``,
        /// ``ServerMachine/borrowFailed(_:)`` or, where it has moved, ``ServerMachine/moveLimitReached()``.
        case borrow(SessionNeed)
        /// The session that was asked for isn't needed any more.
        case stopBorrowing
        case mail(EnvelopeAddress)
        case recipient(EnvelopeAddress)
        case data
        /// RSET, whose reply tells whether the session is alive.
        case reset
        case content(ByteBuffer)
        case endOfData
        /// The mail server has said that there is too much for it. The session is still the transaction's.
        case throttled(Throttling)
        /// The session is free again.
        case giveBack(needsReset: Bool)
        /// Cut the session off: it is in the midst of a message that must not be completed.
        case cut
        /// For counters and log.
        case finished(TransactionOutcome)
        /// For log and counters: the client speaks another protocol. ``abort`` follows.
        case foreignProtocol(ForeignProtocol)
        /// For the log. The transaction goes on.
        case recipientRefused(Rejection)
        /// Close once all replies are written.
        case close
        /// Close at once.
        case abort
    }

    enum State {
        /// No transaction. To ``learning`` by EHLO, to ``envelope`` by MAIL (to ``borrowing`` where MAIL is forwarded at
        /// once), to ``closed``.
        case idle
        /// EHLO waits for the capabilities. To ``idle``.
        case learning
        /// Waits for a session. To ``envelope`` or ``dataAsked`` with one, to ``idle`` or ``failed`` without.
        case borrowing(Transaction, whileDataAsked: Bool)
        /// The first RCPT leads to ``borrowing``, further ones and DATA go to the session. To ``dataAsked``, back to
        /// ``borrowing``, to ``idle`` or ``failed``.
        case envelope(Transaction)
        /// DATA was sent. To ``content`` by 354, to ``envelope`` by a refusal, else as ``envelope``.
        case dataAsked(Transaction)
        /// The message flows. To ``verdict`` by its end, to ``discarding`` when it can't be delivered.
        case content(ContentDecoder)
        /// The message flows nowhere; at its end the reply is given. To ``idle``.
        case discarding(ContentDecoder, Reply, TransactionOutcome)
        /// The final dot was sent. To ``idle``.
        case verdict(octets: Int)
        /// The transaction has lost its session, or its sender was refused; the client hears so until it begins anew. To
        /// ``idle``.
        case failed(Reply)
        /// Nothing more is read.
        case closed
    }

    /// A reply that is owed to the application.
    enum Slot: Hashable {
        case ready(Reply)
        case upstream(ClientExpectation)
    }

    let profile: ServerProfile
    var state = State.idle
    var inbound = ByteBuffer()
    var slots: [Slot] = []
    var actions: [Action] = []
    /// What the session of the transaction can do, or what the last one could, or what EHLO has offered.
    var capabilities = Capabilities.passable
    var errors = 0
    var idleCommands = 0
    var hasSentCRLF = false
    var isSkippingLine = false
    /// Whether DATA was refused, and the client hasn't begun anew since.
    var isBehindRefusedData = false
    /// Bytes of a refused chunk that are still to come.
    var chunkLeft = 0
    /// Command lines read so far, and bytes of messages.
    var commandsRead = 0
    var contentRead = 0
    /// RCPT and DATA commands that were carried out.
    var envelopeCommands = 0
    var isDraining = false
    var hasInputEnded = false
    var isApplicationGone = false
    /// Whether replies wait for the application to read: no further command is carried out.
    var areRepliesBlocked = false
    var limitsReached: [ServerLimit] = []

    /// A connection whose greeting is still to be sent.
    public init(_ profile: ServerProfile) {
        self.profile = profile
    }

    // MARK: What the application does

    /// The connection stands: greets.
    public mutating func connected() {
        // Drained before it began: the 421 was the greeting.
        guard !isClosed else { return }
        answer(Reply(220, "\(profile.name) \(profile.greeting)"))
    }

    /// The connection is one too many: says so and closes.
    public mutating func refuseConnection(_ reply: Reply) {
        close(with: reply)
    }

    /// Octets arrived.
    public mutating func receive(_ bytes: ByteBuffer) {
        guard !isClosed else { return }
        if inbound.readableBytes == 0 {
            inbound = bytes
        } else {
            inbound.writeImmutableBuffer(bytes)
        }
    }

    /// The application has closed its sending side; what it has sent is still carried out.
    public mutating func inputEnded() {
        hasInputEnded = true
    }

    /// The connection is gone, replies can't be given any more.
    public mutating func disconnected() {
        isApplicationGone = true
        actions.removeAll { action in if case .reply = action { true } else { false } }
        giveUp()
    }

    /// The application reads its replies again, or doesn't: while it doesn't, no further command is carried out.
    /// Content flows on.
    public mutating func repliesBlocked(_ areBlocked: Bool) {
        areRepliesBlocked = areBlocked
    }

    /// Replies wait to be sent. More than ``mostUnread`` bytes of them end the connection: a 421 would wait behind them.
    public mutating func repliesUnread(_ bytes: Int) {
        guard bytes > Self.mostUnread, !isApplicationGone else { return }
        limitsReached.append(.unreadReplies)
        disconnected()
        actions.append(.abort)
    }

    /// Bytes of replies that one application leaves unread.
    static let mostUnread = 256 << 10

    /// The application has sent nothing whole for too long.
    public mutating func idleLimitReached() {
        guard !isClosed, !isWaitingForUpstream else { return }
        limitsReached.append(.idleTime)
        close(with: Reply(421, "4.4.2 \(profile.name) nothing was sent for too long, closing"))
    }

    /// The application holds a session that others wait for, and doesn't use it. It loses the session, and hears so when
    /// it goes on.
    public mutating func stallLimitReached() {
        let reply = Reply(451, "4.4.2 timeout, session released")
        switch state {
        case .envelope(let transaction) where holdsSession:
            actions.append(.giveBack(needsReset: transaction.needsReset))
            end(transaction, .failed(Rejection(.recipient, reply, .clientStalled)), reply, isDataAsked: false)
        case .content(let decoder):
            actions.append(.cut)
            state = .discarding(decoder, reply, .failed(Rejection(.content, reply, .clientStalled)))
        case .idle, .learning, .borrowing, .envelope, .dataAsked, .discarding, .verdict, .failed, .closed:
            return
        }
        limitsReached.append(.stallTime)
    }

    /// The relay is going to stop: what is under way is finished, then the application is told.
    public mutating func drain() {
        isDraining = true
        leaveIfDraining()
    }

    /// The relay stops now, whatever is under way: the application is told, unless its message's fate is open, which a
    /// 421 would hide.
    public mutating func stop() {
        if case .verdict = state { return }
        guard !isClosed else { return }
        close(with: stopping)
    }

    // MARK: What the machine wants

    /// The limits that were reached since the last call, for counting.
    public mutating func takeLimitsReached() -> [ServerLimit] {
        guard !limitsReached.isEmpty else { return [] }
        defer { limitsReached = [] }
        return limitsReached
    }

    /// Whether more octets should be read. There's a bound to what is kept while a reply is awaited.
    public var wantsInput: Bool { !isClosed && !hasInputEnded && inbound.readableBytes < Self.mostKept }

    /// Octets behind a command whose reply is awaited. A few command lines will do: thousands of applications may wait
    /// at a time, and each has what it sent ahead in memory.
    private static let mostKept = 4096

    /// Whether the next move is the mail server's: the application can't be blamed for being silent.
    public var isWaitingForUpstream: Bool {
        switch state {
        case .learning, .borrowing, .dataAsked, .verdict: true
        case .idle, .envelope, .content, .discarding, .failed, .closed: awaitsReply
        }
    }

    /// Rises with each whole command line, and with each ``minContentProgress`` bytes of a message.
    public var progress: Int { commandsRead &+ contentRead / Self.minContentProgress }

    /// Bytes of a message that an application has to send within its idle time: less than a person types.
    static let minContentProgress = 256

    /// Rises with what moves the transaction towards its end: each RCPT and DATA, and each ``minHeldProgress`` bytes of a
    /// message.
    public var heldProgress: Int { envelopeCommands &+ contentRead / Self.minHeldProgress }

    /// Bytes of a message that an application has to send within its stall time while others wait for its session.
    static let minHeldProgress = 4096

    /// Whether the transaction holds a session and the next move is the application's.
    public var holdsSession: Bool {
        switch state {
        case .envelope(let transaction): transaction.sender != .held && !awaitsReply
        case .content: true
        case .idle, .learning, .borrowing, .dataAsked, .discarding, .verdict, .failed, .closed: false
        }
    }

    /// Whether what comes is a message's content, of which there may be much.
    public var isReceivingContent: Bool {
        switch state {
        case .content, .discarding: true
        case .idle, .envelope, .failed: chunkLeft > 0
        case .learning, .borrowing, .dataAsked, .verdict, .closed: false
        }
    }

    /// Whether the answer to ``Action/borrow(_:)`` is due.
    public var isBorrowing: Bool {
        switch state {
        case .borrowing: true
        case .idle, .learning, .envelope, .dataAsked, .content, .discarding, .verdict, .failed, .closed: false
        }
    }

    /// Whether a transaction is under way.
    public var isInTransaction: Bool {
        switch state {
        case .idle, .learning, .failed, .closed: false
        case .borrowing, .envelope, .dataAsked, .content, .discarding, .verdict: true
        }
    }

    /// The next thing to do, or nil until something happens.
    public mutating func nextAction() -> Action? {
        while actions.count < 2, advance() {}
        let isHeld = areRepliesBlocked && inbound.readableBytes > 0
        if actions.isEmpty, hasInputEnded, !isClosed, !isWaitingForUpstream, !isHeld {
            giveUp()
            actions.append(.close)
        }
        releaseInputMemory()
        return actions.isEmpty ? nil : actions.removeFirst()
    }

    // MARK: Inside

    var isClosed: Bool {
        switch state {
        case .closed: true
        case .idle, .learning, .borrowing, .envelope, .dataAsked, .content, .discarding, .verdict, .failed: false
        }
    }

    var awaitsReply: Bool {
        slots.contains { slot in if case .upstream = slot { true } else { false } }
    }

    /// Reads one command or one stretch of text; false when there's nothing that can be read now.
    private mutating func advance() -> Bool {
        switch state {
        case .idle, .envelope, .failed: areRepliesBlocked ? false : readCommand()
        case .content, .discarding: readContent()
        case .learning, .borrowing, .dataAsked, .verdict, .closed: false
        }
    }

    /// Keeps no more memory than what is held needs: it came in a buffer for a whole read.
    private mutating func releaseInputMemory() {
        if inbound.readableBytes == 0 {
            if inbound.capacity > 0 { inbound = ByteBuffer() }
        } else if !isReceivingContent, inbound.storageCapacity > 2 * max(inbound.readableBytes, Self.mostKept) {
            inbound = ByteBuffer(bytes: inbound.readableBytesView)
        }
    }

    /// Owes the application this reply behind all others.
    mutating func answer(_ reply: Reply) {
        slots.append(.ready(reply))
        releaseReplies()
    }

    /// Sends the replies that nothing stands in front of.
    mutating func releaseReplies() {
        guard case .ready = slots.first else { return }
        var bytes = ByteBuffer()
        var count = 0
        while count < slots.count, case .ready(let reply) = slots[count] {
            bytes.writeReply(reply)
            count += 1
        }
        slots.removeFirst(count)
        guard !isApplicationGone else { return }
        // One write for a few replies; a long one isn't copied again and again.
        if case .reply(var earlier) = actions.last, earlier.readableBytes < 1024 {
            earlier.writeImmutableBuffer(bytes)
            actions[actions.count - 1] = .reply(earlier)
        } else {
            actions.append(.reply(bytes))
        }
    }

    /// Says `reply` and closes, whatever is under way.
    mutating func close(with reply: Reply) {
        giveUp()
        answer(reply)
        actions.append(.close)
    }

    /// Ends whatever is under way without a word to the application. Afterwards the machine is closed, save for a
    /// message whose verdict is due: its session stays until the verdict has come.
    mutating func giveUp() {
        switch state {
        case .idle, .failed, .learning, .closed:
            break
        case .discarding(_, _, let outcome):
            actions.append(.finished(outcome))
        case .borrowing:
            actions.append(.stopBorrowing)
            actions.append(.finished(.abandoned(.mail)))
        case .envelope(let transaction):
            abandon(transaction)
        case .dataAsked(let transaction):
            // A 354 may be on its way: only a cut tells the mail server that no text will follow.
            actions.append(.cut)
            if !transaction.isCounted { actions.append(.finished(.abandoned(.data))) }
        case .content:
            actions.append(.cut)
            actions.append(.finished(.abandoned(.content)))
        case .verdict:
            return
        }
        state = .closed
        slots = []
        inbound = ByteBuffer()
    }

    /// Gives the session of a transaction back, if it has one, that won't come to its DATA.
    mutating func abandon(_ transaction: Transaction) {
        if transaction.sender != .held {
            // Replies that are due must not meet the next transaction: the one to RSET tells that they are through.
            actions.append(.giveBack(needsReset: transaction.needsReset || awaitsReply))
        }
        if !transaction.isCounted { actions.append(.finished(.abandoned(.recipient))) }
    }

    mutating func leaveIfDraining() {
        guard isDraining, !isInTransaction, !isClosed else { return }
        close(with: stopping)
    }

    private var stopping: Reply { Reply(421, "4.3.2 \(profile.name) is being stopped, try again") }
}
