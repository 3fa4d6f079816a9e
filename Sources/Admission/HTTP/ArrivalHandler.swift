import NIOCore

/// Tells that octets have come in before anyone makes a request of them: whoever sends one by one must be noticed.
final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let handler: RequestHandler

    init(telling handler: RequestHandler) {
        self.handler = handler
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        handler.octetsArrived()
        context.fireChannelRead(data)
    }
}

@available(*, unavailable)
extension ArrivalHandler: Sendable {}
