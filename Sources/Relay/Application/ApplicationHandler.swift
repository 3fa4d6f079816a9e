import Logging
import NIOCore
import SMTP
import Telemetry

/// One application's connection: runs the server's state machine on a channel, and carries what it asks for to the
/// route's sessions.
///
/// Reads only when there is room for what comes, in both directions: back-pressure is nothing but not reading.
/// Belongs to its event loop.
final class ApplicationHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long the rest of what a client sends is read and thrown away after our last word, so that it gets to see it.
    private static let lingerLimit = Duration.seconds(2)

    /// Bytes of unread replies at which commands are held, and at which they go on.
    private static let unreadReplies = ChannelOptions.Types.WriteBufferWaterMark(low: 4 << 10, high: 16 << 10)

    private let endpoint: RouteEndpoint
    /// The IP address that the connection comes from.
    private(set) var clientAddress = ""
    private var machine: ServerMachine
    private var context: ChannelHandlerContext?
    private var watchdog: Watchdog?
    private var deadline: InputDeadline
    private var session: Session?
    private var ticket: BorrowTicket?
    private var isPerforming = false
    private var isReading = false
    private var isLingering = false
    private var needsFlush = false
    private var readsMuch: Bool?
    private var transactionStart: NIODeadline?
    private var lastOctets = NIODeadline.now()
    /// Which connection this is, and the session that it uses or has used for the transaction.
    private var logMetadata: Logger.Metadata
    /// The last reply that the mail server gave to a message, for the log.
    private var verdict: Reply?

    init(endpoint: RouteEndpoint) {
        self.endpoint = endpoint
        self.machine = ServerMachine(endpoint.serverProfile)
        self.deadline = InputDeadline(endpoint.limits.applicationIdleTime)
        self.logMetadata = ["connection": "\(endpoint.nextConnectionNumber())"]
    }

    /// The relay is being stopped: finish what is under way, then leave.
    func drain() {
        feed { $0.drain() }
    }

    /// The time for draining is over, or the route is gone.
    func closeNow() {
        if machine.isInTransaction { endpoint.cutOff(logMetadata, silentSince: lastOctets) }
        feed { $0.stop() }
        context?.close(promise: nil)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watchdog = Watchdog(on: context.eventLoop) { [weak self] in self?.timeLimitReached() }
        setReadSize()
        try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: Self.unreadReplies)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        watchdog?.stop()
        watchdog = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        clientAddress = context.remoteAddress?.ipAddress ?? ""
        guard endpoint.admit(self) else {
            let refusal = Reply(421, "4.3.2 too many connections, try again later")
            return feed { $0.refuseConnection(refusal) }
        }
        feed { $0.connected() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLingering else { return }
        let bytes = unwrapInboundIn(data)
        lastOctets = .now()
        endpoint.metrics.bytesIn.increment(by: UInt64(bytes.readableBytes))
        feed { $0.receive(bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        // Most clients write header and body apart.
        if machine.isReceivingContent { context.channel.acknowledgeNow() }
        readIfThereIsRoom()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let areBlocked = !context.channel.isWritable
        feed { $0.repliesBlocked(areBlocked) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        if isLingering {
            context.close(promise: nil)
        } else {
            feed { $0.inputEnded() }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by the peer, mostly. What it means for the transaction is decided when the channel is gone.
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watchdog?.stop()
        feed { $0.disconnected() }
        // Last: the route may be drained with this.
        endpoint.remove(self)
    }

    // MARK: Doing what the machine wants

    private func feed(_ change: (inout ServerMachine) -> Void) {
        change(&machine)
        perform()
    }

    /// Runs the machine until it wants nothing. Calls that come back meanwhile only feed it.
    private func perform() {
        guard !isPerforming else { return }
        carryOutActions()
        session?.flush()
        if needsFlush {
            needsFlush = false
            context?.flush()
            let unread = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
            machine.repliesUnread(unread ?? 0)
            carryOutActions()
        }
        setTimeLimit()
        setReadSize()
        readIfThereIsRoom()
    }

    private func carryOutActions() {
        isPerforming = true
        while let action = machine.nextAction() { carryOut(action) }
        for limit in machine.takeLimitsReached() { endpoint.reached(.server(limit)) }
        isPerforming = false
    }

    private func carryOut(_ action: ServerMachine.Action) {
        switch action {
        case .reply(let bytes):
            context?.write(wrapOutboundOut(bytes), promise: nil)
            needsFlush = true
        case .learnCapabilities:
            endpoint.learnCapabilities { [weak self] capabilities in self?.feed { $0.learned(capabilities) } }
        case .borrow(let fresh):
            borrow(fresh: fresh)
        case .stopBorrowing:
            ticket?.cancel()
            ticket = nil
        case .mail(let address): session?.mail(address)
        case .recipient(let address): session?.recipient(address)
        case .data: session?.data()
        case .content(let bytes):
            endpoint.metrics.bytesOut.increment(by: UInt64(bytes.readableBytes))
            session?.content(bytes)
        case .endOfData: session?.endOfData()
        case .giveBack(let needsReset):
            let done = session
            session = nil
            done?.flush()
            done?.giveBack(needsReset: needsReset)
        case .cut:
            let lost = session
            session = nil
            lost?.cut()
        case .finished(let outcome):
            endpoint.finished(outcome, logMetadata, verdict: verdict, since: transactionStart)
            transactionStart = nil
            verdict = nil
            logMetadata["session"] = nil
        case .foreignProtocol(let other): endpoint.closing(other, from: clientAddress, logMetadata)
        case .close: closeAfterReplies()
        case .abort: context?.close(promise: nil)
        }
    }

    private func borrow(fresh: Bool) {
        transactionStart = transactionStart ?? .now()
        session = nil
        ticket = endpoint.borrow(for: self, fresh: fresh) { [self] result in
            ticket = nil
            switch result {
            case .success(let loan):
                session = loan.session
                logMetadata["session"] = "\(loan.session.id)"
                feed { $0.borrowed(loan.session.capabilities, isReused: loan.isReused) }
            case .failure(let failure):
                feed { $0.borrowFailed(failure.reply(for: endpoint.route)) }
            }
        }
        // The answer may have come already.
        if !machine.isBorrowing { ticket = nil }
    }

    /// Says the last word, and reads on for a while: a close with octets unread would make the client's kernel throw
    /// our last reply away.
    private func closeAfterReplies() {
        guard !isLingering, let context else { return }
        isLingering = true
        context.flush()
        context.close(mode: .output, promise: nil)
        watchdog?.set(Self.lingerLimit)
    }

    private func setTimeLimit() {
        guard !isLingering, let loop = context?.eventLoop else { return }
        let isWaiting = !machine.isWaitingForUpstream && session?.isWritable ?? true
        watchdog?.set(until: deadline.update(progress: machine.progress, isWaiting: isWaiting, at: loop.now))
    }

    /// Reads much at a time while a message comes, so that a usual one takes one read, one TLS record and one write; and
    /// little otherwise, since thousands of applications may be connected that say nothing.
    private func setReadSize() {
        guard machine.isReceivingContent != readsMuch, let options = context?.channel.syncOptions else { return }
        let isMuch = machine.isReceivingContent
        readsMuch = isMuch
        let allocator: any RecvByteBufferAllocator =
            isMuch
            ? AdaptiveRecvByteBufferAllocator(minimum: 16 << 10, initial: 32 << 10, maximum: 64 << 10)
            : FixedSizeRecvByteBufferAllocator(capacity: 2 << 10)
        // Fails on a closed channel alone. The machine says after each small read whether it wants another.
        try? options.setOption(.recvAllocator, value: allocator)
        try? options.setOption(.maxMessagesPerRead, value: UInt(isMuch ? 4 : 1))
    }

    private func timeLimitReached() {
        if isLingering {
            context?.close(promise: nil)
        } else {
            feed { $0.idleLimitReached() }
        }
    }

    private func readIfThereIsRoom() {
        guard !isReading, let context, context.channel.isActive else { return }
        let isRoomAbove = isLingering || machine.wantsInput && (session?.isWritable ?? true)
        guard isRoomAbove, context.channel.isWritable else { return }
        isReading = true
        context.read()
    }
}

extension ApplicationHandler: SessionUser {
    func sessionReplied(_ expectation: ClientExpectation, _ reply: Reply) {
        if expectation == .endOfData { verdict = reply }
        feed { $0.replied(expectation, reply) }
    }

    func sessionLost(_ failure: UpstreamFailure) {
        session = nil
        feed { $0.sessionLost(failure.reply(for: endpoint.route)) }
    }

    func sessionWritabilityChanged() {
        setTimeLimit()
        readIfThereIsRoom()
    }
}

@available(*, unavailable)
extension ApplicationHandler: Sendable {}
