/// Status and header fields of an answer.
struct HTTPResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
}

/// A whole answer.
public struct HTTPResponse: Sendable {
    /// The status code, 200 to 599 as a rule.
    public let status: Int
    /// The header fields as received.
    public let headers: HTTPHeaders
    /// The body as received; it is never decompressed, as no encoding is asked for.
    public let body: [UInt8]

    /// An answer made by hand, for tests and stand-ins.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension HTTPResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "status \(status), \(body.count) bytes" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["status": status]) }
}
