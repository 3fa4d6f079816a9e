import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one at a time. A single timer bounds each phase, whatever trickles in
/// meanwhile, so a slow client can't hold a connection.
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
    private let timeLimit: TimeAmount
    private var state = State.waiting
    private var timer: Scheduled<Void>?

    init(router: OperationsRouter, connections: ConnectionTracker, timeLimit: TimeAmount) {
        self.router = router
        self.connections = connections
        self.timeLimit = timeLimit
    }

    func channelActive(context: ChannelHandlerContext) {
        startTimer(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .answering(let task) = state { task.cancel() }
        state = .closing
        timer?.cancel()
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
        let router = router
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: eventLoop)
        return Task {
            let response = await router.response(method: head.method.rawValue, target: head.uri)
            eventLoop.execute {
                let (handler, context) = bound.value
                handler.finish(response, to: head, context)
            }
        }
    }

    private func finish(_ response: OperationsResponse, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard case .answering = state else { return }
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
            let body = context.channel.allocator.buffer(bytes: response.body)
            sent = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))))
        }
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        return sent.flatMap {
            let (handler, context) = bound.value
            return handler.end(keepAlive: keepAlive, context)
        }
    }

    /// Ends an answer that has left. Not before: this lets the next of several pipelined requests in, and answers that
    /// nobody reads would pile up.
    private func end(keepAlive: Bool, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        if case .answering = state { state = keepAlive ? .waiting : .closing }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepAlive {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.whenComplete { _ in bound.value.close(promise: nil) }
        }
        return written
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeLimit) {
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
