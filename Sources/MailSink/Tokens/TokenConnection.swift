internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// One HTTP connection of the token server: gathers a request, answers it.
final class TokenConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let state: TokenState
    private var request = RequestGatherer()

    init(state: TokenState) {
        self.state = state
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch request.take(unwrapInboundIn(data)) {
        case .incomplete: break
        case .tooLong: context.close(promise: nil)
        case .complete(let request): handle(request, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func handle(_ request: IncomingRequest, _ context: ChannelHandlerContext) {
        let fault = request.path == "/oauth/token" ? state.strike() : nil
        switch fault {
        case nil:
            answer(request, request.answer(from: state), context)
        case .answer(let status, let body)?:
            answer(request, TokenAnswer(status: status, body: body), context)
        case .close?:
            log(request, status: 0)
            context.close(promise: nil)
        case .stall(let gate)?:
            log(request, status: 0)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            gate.pass {
                eventLoop.execute {
                    let (connection, context) = bound.value
                    connection.write(request.answer(from: connection.state), isKeptAlive: request.isKeptAlive, context)
                }
            }
        }
    }

    private func answer(_ request: IncomingRequest, _ answer: TokenAnswer, _ context: ChannelHandlerContext) {
        log(request, status: answer.status)
        write(answer, isKeptAlive: request.isKeptAlive, context)
    }

    private func log(_ request: IncomingRequest, status: Int) {
        state.requests.mutate { $0.append(request.logged(status: status)) }
    }

    private func write(_ answer: TokenAnswer, isKeptAlive: Bool, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let body = ByteBuffer(string: answer.body)
        var headers: HTTPHeaders = [
            "content-type": "application/json", "content-length": "\(body.readableBytes)", "cache-control": "no-store",
        ]
        if !isKeptAlive { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: answer.status),
            headers: headers
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !isKeptAlive { bound.value.close(promise: nil) }
        }
    }
}

@available(*, unavailable)
extension TokenConnection: Sendable {}

/// An answer of the token server.
struct TokenAnswer {
    var status: Int
    var body: String

    static func error(_ status: Int, _ code: String) -> TokenAnswer {
        TokenAnswer(status: status, body: #"{"error":"\#(code)"}"#)
    }
}
