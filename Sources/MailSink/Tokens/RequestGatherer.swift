internal import NIOCore
internal import NIOHTTP1

/// Puts the parts of an HTTP request together, as long as its body is short.
struct RequestGatherer {
    enum Outcome {
        case incomplete
        /// The body is longer than any that is meant for us.
        case tooLong
        case complete(IncomingRequest)
    }

    private static let bodyLimit = 64 * 1024

    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    mutating func take(_ part: HTTPServerRequestPart) -> Outcome {
        switch part {
        case .head(let head):
            self.head = head
            body.clear()
            return .incomplete
        case .body(var octets):
            guard body.readableBytes + octets.readableBytes <= Self.bodyLimit else { return .tooLong }
            body.writeBuffer(&octets)
            return .incomplete
        case .end:
            guard let head else { return .incomplete }
            self.head = nil
            return .complete(IncomingRequest(head: head, body: String(buffer: body)))
        }
    }
}
