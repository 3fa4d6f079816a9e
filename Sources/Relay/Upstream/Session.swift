import DestinationModel
import DestinationSources
import Logging
import NIOCore
import NameResolution
import SMTP
import TLS
import UpstreamPool

/// One session with a mail server: runs the client's state machine on a channel.
///
/// A channel handler behind the TLS handler, and at the same time what a user of the session calls. Belongs to its
/// event loop.
final class Session: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the session is there for at the moment; it decides who hears of replies.
    private enum Phase {
        /// Until the login is through.
        case opening
        case idle
        case lent(any SessionUser)
        /// RSET after a transaction that was broken off.
        case cleaning
        case probing
        /// QUIT was sent, or the channel is being closed.
        case closing
        case closed
    }

    let id: RoutePool.Machine.SessionID
    let key: UpstreamKey
    /// The token that the login uses, where it uses one.
    let token: AccessToken?
    private let connectLimit: Duration
    private let closingLimit: Duration
    private let logger: Logger
    private weak var owner: (any SessionOwner)?
    private var machine: ClientMachine
    private var phase = Phase.opening
    private var context: ChannelHandlerContext?
    private var watchdog: Watchdog?
    private var deadlines: SessionDeadlines
    /// When the connection is closed hard; from when the session is being closed.
    private var closingDeadline: NIODeadline?
    /// Whether TLS stands. Until then its own limit runs, and errors are about connecting.
    private var isSecured = false
    private var isPerforming = false
    private var needsFlush = false
    private var wasCut = false
    /// The mail server has said that it closes the connection (421, RFC 5321 §3.8), whoever does so then.
    private(set) var isEndedByServer = false
    /// The mail server has accepted a message.
    private var isConfirmed = false
    private var failure: UpstreamFailure?

    init(
        id: RoutePool.Machine.SessionID,
        target: UpstreamTarget,
        configuration: ClientMachine.Configuration,
        token: AccessToken?,
        logger: Logger
    ) {
        self.id = id
        self.key = target.key
        self.token = token
        self.connectLimit = target.connectLimit
        self.closingLimit = target.timeLimits.closing
        self.deadlines = SessionDeadlines(target.timeLimits)
        self.machine = ClientMachine(configuration)
        self.logger = logger
    }

    /// The connection stands, and from now on `owner` hears of what becomes of it.
    ///
    /// Not before: of the connections that are tried for the addresses of one name only one is used.
    /// - Throws: when it's over already.
    func adopt(by owner: any SessionOwner) throws(UpstreamFailure) {
        if case .closed = phase { throw failure ?? lost }
        self.owner = owner
    }

    /// From now on another owner hears of what becomes of the session.
    func handOver(to owner: any SessionOwner) {
        self.owner = owner
    }

    /// The mail server's address, from when it has accepted the connection.
    private(set) var address: IPAddress?

    /// Whether the mail server has accepted EHLO.
    var isIntroduced: Bool { machine.isIntroduced }

    /// What the mail server has offered.
    var capabilities: Capabilities { machine.capabilities }

    /// The mechanism of the last attempt to log in; nil where there was none.
    var mechanism: SASLMechanism? { machine.mechanism }

    /// How many times the session has tried to log in.
    var loginAttempts: Int { machine.loginAttempts }

    /// The mail server's software, as far as it has told of it.
    var software: MailServerSoftware { machine.software }

    /// Whether the mail server takes more at the moment.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: Requests of the user

    func mail(_ address: EnvelopeAddress) { request { $0.mail(address) } }
    func recipient(_ address: EnvelopeAddress) { request { $0.recipient(address) } }
    func data() { request { $0.data() } }
    func reset() { request { $0.reset() } }
    func content(_ bytes: ByteBuffer) { request { $0.content(bytes) } }
    func endOfData() { request { $0.endOfData() } }

    /// Sends what was requested. Until then it may lie here, so that it fits into few records.
    func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
        setTimeLimit()
    }

    /// The user has done.
    /// - Parameter needsReset: whether a transaction was left open.
    func giveBack(needsReset: Bool) {
        guard case .lent = phase else { return }
        // A reply that is still due belongs to this user: it must have come before another one is served.
        guard needsReset || machine.pendingReply != nil else {
            phase = .idle
            setTimeLimit()
            owner?.sessionFreed(self)
            return
        }
        guard machine.allowsReset else { return quit() }
        phase = .cleaning
        request { $0.reset() }
        flush()
    }

    /// Cuts the connection off without TLS's and SMTP's goodbye, so that the server can't take a message that isn't
    /// complete for one that is.
    func cut() {
        switch phase {
        case .closed: return
        case .opening, .idle, .lent, .cleaning, .probing, .closing: break
        }
        wasCut = true
        phase = .closing
        beginClosing()
        closeAbruptly()
    }

    // MARK: Requests of the owner

    /// Lends the session to `user`, whose messages are for `key`.
    ///
    /// This is the one place where a session changes hands: whoever it is lent to sends as whom it is logged in as. One
    /// that isn't of that key is cut off, for something is wrong with it.
    /// - Returns: whether it is lent.
    func lend(to user: any SessionUser, for key: UpstreamKey) -> Bool {
        guard key == self.key else {
            logger.critical("a session was to be lent for another login", metadata: ["session": "\(id)"])
            cut()
            return false
        }
        phase = .lent(user)
        setTimeLimit()
        return true
    }

    /// Asks the server whether it is still there.
    func probe() {
        guard machine.allowsReset else {
            owner?.sessionProbed(self, isAlive: false)
            return
        }
        phase = .probing
        request { $0.reset() }
        flush()
    }

    /// Takes leave of the server.
    func quit() {
        switch phase {
        case .closing, .closed: return
        case .opening, .idle, .lent, .cleaning, .probing: break
        }
        phase = .closing
        beginClosing()
        request { $0.quit() }
        flush()
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watchdog = Watchdog(on: context.eventLoop) { [weak self] in self?.timeLimitReached() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        watchdog?.stop()
        watchdog = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        address = context.channel.remoteAddress.flatMap { IPAddress($0) }
        // For TLS; the greeting has its own.
        watchdog?.set(connectLimit)
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is TLSHandshakeCompleted:
            isSecured = true
            setTimeLimit()
        case let plaintext as TLSPlaintextReceived:
            // The limit for TLS holds for it too.
            request { $0.receivePlaintext(plaintext.bytes) }
        case ChannelEvent.inputClosed:
            fail(lost)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        machine.receive(unwrapInboundIn(data))
        perform()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        // Some servers write each reply apart.
        if machine.pendingReply != nil { context.channel.acknowledgeNow() }
        setTimeLimit()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        setTimeLimit()
        if case .lent(let user) = phase { user.sessionWritabilityChanged() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(
            isSecured
                ? UpstreamFailure(losing: error, with: key.destination)
                : UpstreamFailure(connecting: error, to: key.destination)
        )
    }

    func channelInactive(context: ChannelHandlerContext) {
        over()
    }

    // MARK: Inside

    private func request(_ change: (inout ClientMachine) -> Void) {
        change(&machine)
        perform()
    }

    /// Does what the machine wants. The machine's state is final before anybody is called.
    private func perform() {
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while let action = machine.nextAction() {
            switch action {
            case .write(let bytes):
                context?.write(wrapOutboundOut(bytes), promise: nil)
                needsFlush = true
            case .established:
                phase = .idle
                owner?.sessionEstablished(self)
            case .replied(let expectation, let reply):
                replied(expectation, reply)
            case .fail(let failure):
                // A refusal in the midst of a message is for the client to hear, word for word. Anything else is believed
                // by nobody: there is no message yet that could have been taken.
                if case .unexpectedReply(let reply) = failure, case .lent(let user) = phase, reply.code >= 400 {
                    user.sessionReplied(.endOfData, reply)
                }
                fail(UpstreamFailure(failure, at: key.destination))
            case .close:
                phase = .closing
                close()
            }
        }
    }

    private func replied(_ expectation: ClientExpectation, _ reply: Reply) {
        switch phase {
        case .lent(let user):
            confirm(expectation, reply)
            user.sessionReplied(expectation, reply)
        case .cleaning where expectation == .reset:
            guard reply.isPositive else { return close() }
            phase = .idle
            owner?.sessionFreed(self)
        case .cleaning where expectation == .data && reply.code == 354, .cleaning where reply.code == 421:
            // Text is expected that won't come.
            cut()
        case .cleaning:
            // What was still due to a user who has left.
            break
        case .probing:
            phase = .idle
            owner?.sessionProbed(self, isAlive: reply.isPositive)
        case .opening, .idle, .closing, .closed:
            break
        }
    }

    private func confirm(_ expectation: ClientExpectation, _ reply: Reply) {
        if reply.code == 421 { isEndedByServer = true }
        guard !isConfirmed, expectation == .endOfData, reply.isPositive else { return }
        isConfirmed = true
        owner?.sessionConfirmed(self)
    }

    private func setTimeLimit() {
        guard closingDeadline == nil, let loop = context?.eventLoop else { return }
        switch phase {
        case .opening where !isSecured:
            // The limit for TLS runs from the start of the connection.
            break
        case .opening, .lent, .cleaning, .probing:
            watchdog?.set(until: deadlines.update(machine.pendingReply, isWritable: isWritable, at: loop.now))
        case .idle, .closing, .closed:
            watchdog?.set(until: nil)
        }
    }

    /// From now on the connection has a short time to close, whatever the server does.
    private func beginClosing() {
        guard closingDeadline == nil, let loop = context?.eventLoop else { return }
        let deadline = loop.now + TimeAmount(closingLimit)
        closingDeadline = deadline
        watchdog?.set(until: deadline)
    }

    private func timeLimitReached() {
        guard closingDeadline == nil else { return closeAbruptly() }
        let place = "\(key.destination.host) port \(key.destination.port)"
        fail(
            isSecured
                ? UpstreamFailure(.timeout, "\(place) has not answered in time")
                : UpstreamFailure(.tls, "\(place) has not completed the TLS handshake in time")
        )
    }

    /// The session is of no more use; the channel goes, and with it everything that waits.
    private func fail(_ reason: UpstreamFailure) {
        if failure == nil { failure = loginRefusal ?? reason }
        logger.debug("session failed", metadata: ["session": "\(id)", "reason": "\(reason.reason)"])
        switch phase {
        case .lent, .cleaning:
            // Half a message may have been sent.
            beginClosing()
            closeAbruptly()
        case .idle:
            // Closing may take a while, in which it's no session for anyone.
            phase = .closing
            owner?.sessionBroken(self)
            close()
        case .probing:
            phase = .closing
            owner?.sessionProbed(self, isAlive: false)
            close()
        case .opening, .closing, .closed:
            close()
        }
    }

    private func close() {
        beginClosing()
        context?.close(promise: nil)
    }

    private func closeAbruptly() {
        context?.triggerUserOutboundEvent(TLSAbruptClose(), promise: nil)
    }

    private var lost: UpstreamFailure { UpstreamFailure(.lost, "\(key.destination.host) has closed the session") }

    /// A server that refuses a mechanism, and has no reply to the next, has refused the login.
    private var loginRefusal: UpstreamFailure? {
        machine.loginRefusal.map { UpstreamFailure($0, at: key.destination) }
    }

    private func over() {
        let last = phase
        phase = .closed
        watchdog?.stop()
        let failure = failure ?? loginRefusal ?? lost
        switch last {
        case .opening:
            owner?.sessionFailed(self, failure)
        case .lent(let user):
            owner?.sessionClosed(self, wasCut: wasCut)
            user.sessionLost(failure)
        case .probing:
            owner?.sessionProbed(self, isAlive: false)
            owner?.sessionClosed(self, wasCut: wasCut)
        case .idle, .cleaning, .closing:
            owner?.sessionClosed(self, wasCut: wasCut)
        case .closed:
            break
        }
    }
}

@available(*, unavailable)
extension Session: Sendable {}
