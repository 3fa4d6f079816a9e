import NIOCore
import TLS

/// Sits above a TLS handler and notes what it says.
final class EventRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Event: Equatable {
        case active
        case handshakeCompleted
        case data
        case inputClosed
        case error(TLSError.Code)
        case otherError
        case inactive
    }

    private(set) var events: [Event] = []
    private(set) var received = ByteBuffer()
    private(set) var readCount = 0
    private(set) var handshake: TLSHandshakeCompleted?
    private(set) var errors: [TLSError] = []
    /// What was said instead of TLS.
    private(set) var plaintext = ""
    /// Called with each piece of data, to answer from within the call-out.
    var onData: ((ChannelHandlerContext, ByteBuffer) -> Void)?
    var onHandshake: ((ChannelHandlerContext) -> Void)?

    var text: String { String(buffer: received) }

    func channelActive(context: ChannelHandlerContext) {
        events.append(.active)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        events.append(.data)
        readCount += 1
        onData?(context, buffer)
        received.writeBuffer(&buffer)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let completed as TLSHandshakeCompleted:
            handshake = completed
            events.append(.handshakeCompleted)
            onHandshake?(context)
        case let received as TLSPlaintextReceived: plaintext += String(buffer: received.bytes)
        case ChannelEvent.inputClosed: events.append(.inputClosed)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError {
            errors.append(error)
            events.append(.error(error.code))
        } else {
            events.append(.otherError)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        events.append(.inactive)
        context.fireChannelInactive()
    }
}
