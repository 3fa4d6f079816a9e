import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one at a time. A single timer bounds each phase, whatever trickles in
/// meanwhile, so a slow client can't hold a connection. A second one bounds each piece of a response.
final class OperationsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// No request, or part of one's head; next is `receiving` or `closing`.
        case waiting
        /// The head of a request is here, its end isn't; next is `answering`.
        case receiving(HTTPRequestHead)
        /// The answer is being made or written; next is `waiting` or `closing`.
        case answering(Task<Void, Never>)
        /// The connection closes when what is written has left; there is no next state.
        case closing
    }

    private let router: OperationsRouter
    private let connections: ConnectionTracker
    private let slots: ResponseSlots
    private let limits: OperationsLimits
    private let whenStalled: @Sendable () -> Void
    private var state = State.waiting
    private var timer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    /// Held while a large response is written.
    private var slot: ResponseSlots.Slot?

    /// - Parameter whenStalled: Called when a client doesn't take its response in time.
    init(
        _ router: OperationsRouter,
        _ connections: ConnectionTracker,
        _ slots: ResponseSlots,
        _ limits: OperationsLimits,
        whenStalled: @escaping @Sendable () -> Void
    ) {
        self.router = router
        self.connections = connections
        self.slots = slots
        self.limits = limits
        self.whenStalled = whenStalled
    }

    func channelActive(context: ChannelHandlerContext) {
        startTimer(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .answering(let task) = state { task.cancel() }
        state = .closing
        timer?.cancel()
        stallTimer?.cancel()
        slot = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .waiting) where head.hasBody:
            state = .closing
            let refusal = OperationsResponse.text("a request must have no body\n", status: 413)
            write(refusal, to: head, keepAlive: false, context)
        case (.head(let head), .waiting):
            state = .receiving(head)
        case (.end, .receiving(let head)):
            startTimer(context)
            connections.set(context.channel, isBusy: true)
            state = .answering(answer(head, context))
        case (.head, .receiving), (.head, .answering), (.head, .closing), (.body, _), (.end, .waiting),
            (.end, .answering), (.end, .closing):
            // The rest of a request that was refused: pipelined requests are held back until the answer has left.
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The protocol error handler has answered 400 where that is possible.
        context.close(promise: nil)
    }

    /// Makes the answer off the event loop, writes it on the loop.
    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Task<Void, Never> {
        let (router, slots) = (router, slots)
        let address = context.remoteAddress?.plainIPAddress ?? ""
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: eventLoop)
        return Task {
            var response = await router.response(method: head.method.rawValue, target: head.uri)
            var slot: ResponseSlots.Slot?
            if head.method != .HEAD, response.isLarge {
                slot = slots.take(for: address)
                if slot == nil {
                    // A request that waits holds no body; the response is made when it is its turn.
                    response.body = []
                    slot = await slots.wait(for: address)
                    guard slot != nil else { return }
                    response = await router.response(method: head.method.rawValue, target: head.uri)
                }
            }
            eventLoop.execute { [response, slot] in
                let (handler, context) = bound.value
                handler.finish(response, slot, to: head, context)
            }
        }
    }

    private func finish(
        _ response: OperationsResponse,
        _ slot: ResponseSlots.Slot?,
        to head: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        guard case .answering = state else { return }
        self.slot = slot
        if head.isKeepAlive {
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            write(response, to: head, keepAlive: true, context).whenSuccess {
                let (handler, context) = bound.value
                guard case .waiting = handler.state else { return }
                handler.startTimer(context)
                handler.connections.set(context.channel, isBusy: false)
            }
        } else {
            write(response, to: head, keepAlive: false, context)
        }
    }

    @discardableResult
    private func write(
        _ response: OperationsResponse,
        to head: HTTPRequestHead,
        keepAlive: Bool,
        _ context: ChannelHandlerContext
    ) -> EventLoopFuture<Void> {
        var headers: HTTPHeaders = [
            "content-type": response.contentType,
            "content-length": String(response.body.count),
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        ]
        if let allow = response.allow { headers.add(name: "allow", value: allow) }
        if !keepAlive { headers.add(name: "connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        let responseHead = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        let sent: EventLoopFuture<Void>
        if head.method == .HEAD {
            sent = context.writeAndFlush(wrapOutboundOut(.head(responseHead)))
        } else {
            context.write(wrapOutboundOut(.head(responseHead)), promise: nil)
            sent = send(response.body[...], context)
        }
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        return sent.flatMap {
            let (handler, context) = bound.value
            return handler.end(keepAlive: keepAlive, context)
        }
    }

    /// Sends a body piece by piece, each as soon as the one before has left, so that only one is copied.
    private func send(_ body: ArraySlice<UInt8>, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        let piece = context.channel.allocator.buffer(bytes: body.prefix(OperationsLimits.largeBytes))
        let rest = body.dropFirst(OperationsLimits.largeBytes)
        stallTimer?.cancel()
        stallTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.stall)) { [whenStalled] in
            whenStalled()
            context.close(promise: nil)
        }
        let sent = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece))))
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        return sent.flatMap {
            let (handler, context) = bound.value
            guard !rest.isEmpty else {
                handler.stallTimer?.cancel()
                return context.eventLoop.makeSucceededVoidFuture()
            }
            return handler.send(rest, context)
        }
    }

    /// Ends an answer that has left. Not before: this lets the next of several pipelined requests in, and answers that
    /// nobody reads would pile up.
    private func end(keepAlive: Bool, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        if case .answering = state { state = keepAlive ? .waiting : .closing }
        slot = nil
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepAlive {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.whenComplete { _ in bound.value.close(promise: nil) }
        }
        return written
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.time)) {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension OperationsHandler: Sendable {}

extension HTTPRequestHead {
    /// Whether a body follows; RFC 9112 §6.3.
    fileprivate var hasBody: Bool {
        headers.contains(name: "transfer-encoding") || headers["content-length"].contains { $0 != "0" }
    }
}
