internal import NIOCore
internal import NIOHTTP1

/// One HTTP connection of the stand-in: gathers a request, answers it, or fails as planned.
final class DestinationConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let state: DestinationServerState
    private let hasCertificate: Bool
    private var request = RequestGatherer()

    init(state: DestinationServerState, hasCertificate: Bool) {
        self.state = state
        self.hasCertificate = hasCertificate
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
        let fault = state.subject(request).flatMap { state.strike($0.matter, tenant: $0.tenant) }
        switch fault {
        case nil:
            let answer = state.answer(request, hasCertificate: hasCertificate)
            log(request, status: answer.status)
            write(answer, [:], context)
        case .answer(let status, let headers, let body):
            log(request, status: status)
            write(TokenAnswer(status: status, body: body), headers, context)
        case .close:
            log(request, status: 0)
            context.close(promise: nil)
        case .endless:
            log(request, status: 0)
            writeHead(context)
            keepWriting(context)
        case .drip:
            log(request, status: 0)
            writeHead(context)
            drip(context)
        case .stall(let gate):
            log(request, status: 0)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            gate.pass {
                eventLoop.execute {
                    let (connection, context) = bound.value
                    let answer = connection.state.answer(request, hasCertificate: connection.hasCertificate)
                    connection.write(answer, [:], context)
                }
            }
        }
    }

    private func log(_ request: IncomingRequest, status: Int) {
        guard let subject = state.subject(request) else { return }
        let logged = request.logged(status: status)
        state.log(
            DestinationServer.Request(
                matter: subject.matter,
                tenant: subject.tenant,
                path: request.path,
                host: logged.host,
                headers: logged.headers,
                authentication: logged.authentication,
                status: status
            )
        )
    }

    private func write(_ answer: TokenAnswer, _ fields: [String: String], _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let body = ByteBuffer(string: answer.body)
        var headers: HTTPHeaders = ["content-length": "\(body.readableBytes)"]
        for (name, value) in fields { headers.replaceOrAdd(name: name, value: value) }
        if !headers.contains(name: "content-type") { headers.add(name: "content-type", value: "application/json") }
        let status = HTTPResponseStatus(statusCode: answer.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    // MARK: Bodies without end

    private func writeHead(_ context: ChannelHandlerContext) {
        let headers: HTTPHeaders = ["content-type": "application/json", "transfer-encoding": "chunked"]
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))),
            promise: nil
        )
    }

    private func keepWriting(_ context: ChannelHandlerContext) {
        let block = ByteBuffer(repeating: UInt8(ascii: " "), count: 64 << 10)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(block)))).whenSuccess {
            let (connection, context) = bound.value
            if context.channel.isActive { connection.keepWriting(context) }
        }
    }

    private func drip(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(20)) {
            let (connection, context) = bound.value
            guard context.channel.isActive else { return }
            let byte = ByteBuffer(string: " ")
            context.writeAndFlush(connection.wrapOutboundOut(.body(.byteBuffer(byte))), promise: nil)
            connection.drip(context)
        }
    }
}

@available(*, unavailable)
extension DestinationConnection: Sendable {}
