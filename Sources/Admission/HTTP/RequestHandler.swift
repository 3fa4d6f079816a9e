import Logging
import NIOCore
import NIOHTTP1
import TLS
import Telemetry

/// Serves one connection: one request at a time, each phase within its time, whatever the client does.
///
/// It belongs to its event loop. Judging happens elsewhere, so that a large resource holds up nobody else.
final class RequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that is coming in.
    struct Incoming {
        let head: HTTPRequestHead
        let plan: RequestPlan
        var body: [UInt8] = []
        /// For the capacity of `body`.
        let lease: BodyMemoryLimiter.Lease
    }

    enum State {
        /// TLS is being set up; next is `waiting`.
        case handshaking
        /// No request, or part of one's head; next is `receiving` or `closing`.
        case waiting
        /// The head of a request is here, its end isn't; next is `answering` or `closing`.
        case receiving(Incoming)
        /// The answer is being made or written; next is `waiting` or `closing`.
        case answering(RequestQueue.ID?)
        /// The last answer has been written, or there won't be any. What comes in is dropped; there is no next state.
        case closing
    }

    let environment: ServingEnvironment
    private let connections: ConnectionTracker
    private let handshakes: HandshakeLimiter
    /// The client's IP address.
    private let address: String
    /// Whether the client may send reviews, known after the handshake.
    private var mayReview = false
    var state = State.handshaking
    /// What has come in behind a request that isn't answered yet. Reading is held back meanwhile, so it is little.
    private var pipelined = CircularBuffer<HTTPServerRequestPart>()
    /// The parser has given up behind that.
    private var pipelinedError: (any Error)?
    private var heldRead = false
    private var isHandlingPipelined = false
    /// Idle connections are being closed, and this one wasn't idle.
    private var isQuiescing = false
    var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?

    init(
        _ environment: ServingEnvironment,
        _ connections: ConnectionTracker,
        _ handshakes: HandshakeLimiter,
        address: String
    ) {
        self.environment = environment
        self.connections = connections
        self.handshakes = handshakes
        self.address = address
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end()
    }

    func channelActive(context: ChannelHandlerContext) {
        limit(environment.limits.handshake) { handler, context in
            handler.environment.metrics.reached(.handshake)
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    /// Nothing more will happen on this connection.
    private func end() {
        if case .answering(let id?) = state { environment.queue.cancel(id) }
        state = .closing
        timer?.cancel()
        timer = nil
        pipelined.removeAll()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch (event, state) {
        case (let handshake as TLSHandshakeCompleted, .handshaking):
            handshakes.complete(context.channel)
            mayReview = environment.access.isGranted(to: handshake.clientCertificate)
            state = .waiting
            waitForRequest()
        case (is ChannelShouldQuiesceEvent, .handshaking), (is ChannelShouldQuiesceEvent, .waiting):
            // Half a head counts as no request: whoever has begun one has a moment to complete it.
            if timerIsForRequest { return }
            close()
        case (is ChannelShouldQuiesceEvent, .answering):
            isQuiescing = true
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (error, state) {
        case (let error as HTTPParserError, .waiting), (let error as HTTPParserError, .receiving):
            refuse(parserError: error)
        case (is HTTPParserError, .answering):
            pipelinedError = error
        case (_, .closing):
            break
        case (_, .handshaking):
            environment.metrics.handshakesFailed.increment()
            environment.logger.debug("TLS handshake has failed", metadata: ["problem": "\(error)"])
            context.close(promise: nil)
        case (_, .waiting), (_, .receiving), (_, .answering):
            // The connection is gone or broken: there's nobody to answer.
            context.close(promise: nil)
        }
    }

    /// Holds back reading while a request is being answered.
    func read(context: ChannelHandlerContext) {
        if case .answering = state {
            heldRead = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .answering = state {
            pipelined.append(part)
        } else {
            handle(part)
        }
    }

    private func handle(_ part: HTTPServerRequestPart) {
        switch (part, state) {
        case (.head(let head), .waiting):
            begin(head)
        case (.body(let octets), .receiving(var incoming)):
            // Not in two places at once, or each octet would be copied again and again.
            state = .waiting
            let refusal = take(octets, into: &incoming)
            state = .receiving(incoming)
            if let refusal { answer(refusal, to: incoming.head, closing: true) }
        case (.end, .receiving(let incoming)):
            complete(incoming)
        case (.head, .handshaking), (.head, .receiving), (.head, .answering), (.head, .closing), (.body, _), (.end, _):
            // The rest of a request that was refused.
            break
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        requestBegins()
        let plan = RequestPlan(head, bodyLimit: environment.limits.body, mayReview: mayReview)
        state = .receiving(Incoming(head: head, plan: plan, lease: environment.bodies.lease(for: address)))
        switch plan {
        case .review(asksForBody: true):
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context?.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        case .refuse(let response) where head.hasBody:
            // The body is not worth reading, and what would come behind it can't be found without.
            answer(response, to: head, closing: true)
        case .reject(let response):
            answer(response, to: head, closing: true)
        case .review(asksForBody: false), .page, .refuse:
            break
        }
    }

    /// Keeps a part of a body.
    ///
    /// - Returns: The answer, where there is no room for it.
    private func take(_ octets: ByteBuffer, into incoming: inout Incoming) -> OperationsResponse? {
        let limits = environment.limits
        let length = incoming.body.count + octets.readableBytes
        guard length <= limits.body else {
            environment.metrics.reached(.body)
            return RequestPlan.tooLarge(limits.body)
        }
        let capacity = incoming.lease.count
        if length > capacity {
            // No more than what is announced: doubling alone would hold up to twice the body.
            let announced = incoming.head.headers.first(name: "content-length").flatMap { Int($0) } ?? limits.body
            let wanted = max(length, min(2 * capacity, announced))
            guard incoming.lease.grow(to: wanted) else {
                environment.metrics.reached(.bodies)
                return .text("too many requests at a time; try again\n", status: 503)
            }
            incoming.body.reserveCapacity(wanted)
        }
        incoming.body.append(contentsOf: octets.readableBytesView)
        return nil
    }

    private func complete(_ incoming: Incoming) {
        setBusy(true)
        limit(environment.limits.answer) { handler, context in
            handler.environment.metrics.reached(.answer)
            context.close(promise: nil)
        }
        switch incoming.plan {
        case .refuse(let response):
            answer(response, to: incoming.head, closing: false)
        case .reject(let response):
            answer(response, to: incoming.head, closing: true)
        case .page:
            let pages = environment.pages
            let head = incoming.head
            let path = RequestPlan.path(of: head.uri)
            submit(.endpoint, head) { await pages.response(method: head.method.rawValue, target: path) }
        case .review:
            let reviews = environment.reviews
            let (body, lease) = (incoming.body, incoming.lease)
            submit(body.count > environment.limits.smallBody ? .largeReview : .smallReview, incoming.head) {
                // The body's memory counts until the review is done, whether or not the client is still there.
                withExtendedLifetime(lease) { reviews.answer(body) }
            }
        }
    }

    /// Makes the answer off the event loop when it is its turn, and writes it on the loop.
    private func submit(
        _ kind: RequestQueue.Kind,
        _ head: HTTPRequestHead,
        _ make: @escaping @Sendable () async -> OperationsResponse
    ) {
        guard let eventLoop = context?.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let id = environment.queue.submit(kind, from: address) {
            let response = await make()
            eventLoop.execute { bound.value.finish(response, to: head) }
        }
        state = .answering(id)
    }

    private func finish(_ response: OperationsResponse, to head: HTTPRequestHead) {
        guard case .answering = state else { return }
        answer(response, to: head, closing: false)
    }

    /// Writes an answer, and goes on with the next request or closes.
    func answer(_ response: OperationsResponse, to head: HTTPRequestHead?, closing: Bool) {
        guard let context else { return }
        if response.status >= 400 { environment.metrics.failed(status: response.status) }
        let isLast = closing || environment.stop.isSet || !(head?.canBeFollowed ?? false)
        state = .answering(nil)
        let written = write(response, to: head, isLast: isLast, context)
        if isLast { return close() }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.whenSuccess { bound.value.next() }
    }

    /// The answer has left: on to the next request.
    private func next() {
        guard case .answering = state else { return }
        state = .waiting
        setBusy(false)
        // Not as soon as the server is to stop: the client was told that it may go on, and its next request may be on
        // the way. The answer to that one says that it is the last.
        if isQuiescing, pipelined.isEmpty { return close() }
        waitForRequest()
        guard !isHandlingPipelined else { return }
        isHandlingPipelined = true
        defer { isHandlingPipelined = false }
        while let part = pipelined.first {
            if case .answering = state { return }
            pipelined.removeFirst()
            handle(part)
        }
        if case .answering = state { return }
        if let error = pipelinedError, let context {
            pipelinedError = nil
            errorCaught(context: context, error: error)
        }
        if heldRead {
            heldRead = false
            context?.read()
        }
    }

    private func setBusy(_ isBusy: Bool) {
        if let channel = context?.channel { connections.set(channel, isBusy: isBusy) }
    }

    /// What the timer does now, for `limit` sets only one.
    private(set) var timerIsForRequest = false

    /// Sets the time limit of the phase that begins.
    func limit(
        _ duration: Duration,
        isForRequest: Bool = false,
        _ action: @escaping (RequestHandler, ChannelHandlerContext) -> Void
    ) {
        timer?.cancel()
        timerIsForRequest = isForRequest
        timer = context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { [weak self] in
            guard let self, let context = self.context else { return }
            action(self, context)
        }
    }
}

@available(*, unavailable)
extension RequestHandler: Sendable {}
