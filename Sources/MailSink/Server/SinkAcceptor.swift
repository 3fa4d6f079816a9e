internal import NIOCore
internal import TLS

/// Makes sessions of new connections, unless the script strikes at ``SinkStage/connect``.
struct SinkAcceptor: Sendable {
    let state: SinkState
    let tls: TLSServerContext?

    func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let (session, isTooMany) = state.opened(channel)
        channel.closeFuture.whenComplete { _ in state.closed(session) }
        guard let action = state.script.strike(SinkScript.Occasion(stage: .connect, session: session)) else {
            return install(session, isTooMany, channel)
        }
        switch action {
        case .answer(let reply), .answerAndClose(let reply, _):
            return send(Array(reply.rendered(withEnhanced: true).utf8), channel)
        case .send(let bytes):
            return send(bytes, channel)
        case .close(let closing), .closeAfterReply(let closing), .closeInsteadOfReply(let closing):
            if closing == .reset { channel.closesWithReset() }
            return channel.close()
        case .stall(let gate), .stopReading(let gate):
            let opened = channel.eventLoop.makePromise(of: Void.self)
            gate.pass { opened.succeed() }
            return opened.futureResult.flatMap { install(session, isTooMany, channel) }
        }
    }

    private func install(_ session: Int, _ isTooMany: Bool, _ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(TLSHandler(server: tls)) }
            try pipeline.addHandler(
                SinkConnection(state: state, session: session, isTooMany: isTooMany, isSecure: tls != nil)
            )
        }
    }

    private func send(_ bytes: [UInt8], _ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(PlainGoodbye(bytes: bytes))
        }
    }
}

/// Sends bytes to whoever connects, and closes.
private final class PlainGoodbye: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes))).whenComplete { _ in
            bound.value.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Nobody listens.
    }
}
