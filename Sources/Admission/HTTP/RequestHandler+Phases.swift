import NIOCore
import NIOHTTP1
import Telemetry

extension RequestHandler {
    /// Octets have come in, perhaps the first of a request.
    func octetsArrived() {
        if case .waiting = state { requestBegins() }
    }

    /// Sets the time for the whole of a request, from its first octet on.
    func requestBegins() {
        guard !timerIsForRequest else { return }
        limit(environment.limits.request, isForRequest: true) { handler, _ in
            handler.environment.metrics.reached(.request)
            handler.answer(.text("the request took too long to come\n", status: 408), to: nil, closing: true)
        }
    }

    /// Sets the time for a pause between requests.
    func waitForRequest() {
        limit(environment.limits.idle) { handler, _ in
            handler.environment.metrics.reached(.idle)
            handler.close()
        }
    }

    /// The parser can make nothing of what came in.
    func refuse(parserError error: HTTPParserError) {
        let isHeader = error == .headerOverflow
        if isHeader { environment.metrics.reached(.header) }
        let limit = environment.limits.header
        let response =
            isHeader
            ? OperationsResponse.text("the header fields are larger than \(limit) bytes\n", status: 431)
            : .text("this is not HTTP/1.1\n", status: 400)
        answer(response, to: nil, closing: true)
    }

    /// Closes politely: TLS says goodbye behind what was written, and the client has a moment to read it. A socket that
    /// is closed with octets unread would take the answer back (RFC 9112 §9.6).
    func close() {
        guard let context else { return }
        state = .closing
        limit(environment.limits.closing) { _, context in context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        // Reading may have been held back, and the client's goodbye is to be heard.
        context.read()
    }

    func write(
        _ response: OperationsResponse,
        to head: HTTPRequestHead?,
        isLast: Bool,
        _ context: ChannelHandlerContext
    ) -> EventLoopFuture<Void> {
        var headers: HTTPHeaders = [
            "content-type": response.contentType,
            "content-length": String(response.body.count),
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        ]
        if let allow = response.allow { headers.add(name: "allow", value: allow) }
        if response.status == 503 { headers.add(name: "retry-after", value: "1") }
        if isLast {
            headers.add(name: "connection", value: "close")
        } else if head?.version == .http1_0 {
            headers.add(name: "connection", value: "keep-alive")
        }
        let status = HTTPResponseStatus(statusCode: response.status)
        let responseHead = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(responseHead)), promise: nil)
        if head?.method != .HEAD {
            let body = context.channel.allocator.buffer(bytes: response.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        return context.writeAndFlush(wrapOutboundOut(.end(nil)))
    }
}

extension HTTPRequestHead {
    /// Whether another request may come behind this one. After CONNECT and Upgrade the parser takes no more.
    var canBeFollowed: Bool {
        isKeepAlive && method != .CONNECT && !headers.contains(name: "upgrade")
    }
}
