import Logging
import NIOCore
import SMTP
import Telemetry
import UpstreamPool

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
    private var deadlines: ClientDeadlines
    private let acquisition: SessionAcquisition
    private var lease: SessionLease?
    private var isPerforming = false
    private var isReading = false
    private var isLingering = false
    private var needsFlush = false
    private let readSizes = ReadSizes()
    private var transactionStart: NIODeadline?
    private var lastOctets = NIODeadline.now()
    /// Which connection this is, and the session that it uses or has used for the transaction.
    private var logMetadata: Logger.Metadata
    /// What went wrong with the transaction's session last, for the log.
    private var failure: UpstreamFailure?

    private var session: Session? { lease?.session }

    init(endpoint: RouteEndpoint) {
        self.endpoint = endpoint
        self.machine = ServerMachine(endpoint.serverProfile)
        let pool = endpoint.poolLimits
        self.deadlines = ClientDeadlines(idleTime: endpoint.limits.applicationIdleTime, stallTime: pool.stallTime)
        self.acquisition = SessionAcquisition(endpoint: endpoint, limit: pool.wait)
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
        let options = context.channel.syncOptions
        try? options?.setOption(.writeBufferWaterMark, value: Self.unreadReplies)
        // The machine says after each read whether it wants another.
        try? options?.setOption(.recvAllocator, value: readSizes)
        try? options?.setOption(.maxMessagesPerRead, value: 1)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        watchdog?.stop()
        watchdog = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        clientAddress = context.remoteAddress?.plainIPAddress ?? ""
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
            // Below the water mark there can't be too many.
            if let channel = context?.channel, !channel.isWritable {
                let unread = try? channel.syncOptions?.getOption(.bufferedWritableBytes)
                machine.repliesUnread(unread ?? 0)
                carryOutActions()
            }
        }
        setTimeLimit()
        readSizes.readsMuch = machine.isReceivingContent
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
        case .borrow(let need):
            borrow(need)
        case .stopBorrowing:
            acquisition.cancel()
        case .mail(let address): session?.mail(address)
        case .recipient(let address): session?.recipient(address)
        case .data: session?.data()
        case .reset: session?.reset()
        case .content(let bytes):
            endpoint.metrics.bytesOut.increment(by: UInt64(bytes.readableBytes))
            session?.content(bytes)
        case .endOfData: session?.endOfData()
        case .throttled(let throttling):
            if let lease { lease.pool?.throttled(throttling, by: lease.session.id) }
        case .giveBack(let needsReset):
            let done = session
            lease = nil
            done?.flush()
            done?.giveBack(needsReset: needsReset)
        case .cut:
            let lost = session
            lease = nil
            lost?.cut()
        case .finished(let outcome):
            endpoint.finished(outcome, logMetadata, failure: failure, since: transactionStart)
            transactionStart = nil
            failure = nil
            logMetadata["session"] = nil
        case .foreignProtocol(let other): endpoint.closing(other, from: clientAddress, logMetadata)
        case .recipientRefused(let rejection):
            endpoint.recipientRefused(rejection, logMetadata)
        case .close: closeAfterReplies()
        case .abort: context?.close(promise: nil)
        }
    }

    private func borrow(_ need: SessionNeed) {
        transactionStart = transactionStart ?? .now()
        lease = nil
        acquisition.begin(need, for: self) { [self] outcome in
            switch outcome {
            case .lease(let lease):
                self.lease = lease
                failure = nil
                logMetadata["session"] = "\(lease.session.id)"
                feed { $0.borrowed(lease.session.capabilities, isReused: lease.isReused) }
            case .failure(let failure):
                self.failure = failure
                feed { $0.borrowFailed(failure.reply(for: endpoint.route)) }
            case .limitReached:
                feed { $0.moveLimitReached() }
            }
        }
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
        watchdog?.set(until: deadlines.update(machine, isWaiting: isWaiting, at: loop.now))
    }

    private func timeLimitReached() {
        guard !isLingering, let loop = context?.eventLoop else {
            context?.close(promise: nil)
            return
        }
        switch deadlines.expiry(isSessionWanted: lease?.pool?.hasWaiters ?? false, at: loop.now) {
        case .idleTime: feed { $0.idleLimitReached() }
        case .stallTime: feed { $0.stallLimitReached() }
        case nil: setTimeLimit()
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
        feed { $0.replied(expectation, reply) }
    }

    func sessionLost(_ failure: UpstreamFailure) {
        lease = nil
        self.failure = failure
        feed { $0.sessionLost(failure.reply(for: endpoint.route)) }
    }

    func sessionWritabilityChanged() {
        setTimeLimit()
        readIfThereIsRoom()
    }
}

@available(*, unavailable)
extension ApplicationHandler: Sendable {}
