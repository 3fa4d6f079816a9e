/// A request to be made by ``HTTPClient``.
public struct HTTPRequest: Sendable {
    /// The method.
    public var method: HTTPMethod
    /// An absolute http or https URL in ASCII, percent-encoded, without user name or password.
    public var url: String
    /// Header fields in order. Host, Content-Length and the rest of the framing are added by the client.
    public var headers: HTTPHeaders
    /// The body.
    public var body: HTTPRequestBody
    /// Time limits.
    public var timeouts: HTTPTimeouts
    /// The largest body accepted in the answer, in bytes; `nil` for no limit, which only streams should use.
    public var maximumResponseBytes: Int?
    /// How many redirects to follow; 0, the default, hands a 3xx to the caller as it is.
    ///
    /// Whatever this says, a request with credentials (Authorization, Proxy-Authorization or Cookie header, client
    /// certificate) or with a body or any method but GET and HEAD is never redirected, so that none of it can be sent
    /// to a host that the caller didn't name.
    public var maximumRedirects: Int
    /// For whom host names are looked up: names of one share don't delay those of others.
    public var share: String

    /// A request; what is left out is a GET without body, with the default time limits and at most 1 MiB of answer.
    public init(
        method: HTTPMethod = .get,
        url: String,
        headers: HTTPHeaders = HTTPHeaders(),
        body: HTTPRequestBody = .none,
        timeouts: HTTPTimeouts = HTTPTimeouts(),
        maximumResponseBytes: Int? = 1 << 20,
        maximumRedirects: Int = 0,
        share: String = ""
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.maximumResponseBytes = maximumResponseBytes
        self.maximumRedirects = maximumRedirects
        self.share = share
    }
}

extension HTTPRequest {
    /// Scheme, host and port of the URL, such as `https://auth.example.com:443`; `nil` where it is no usable URL.
    public var origin: String? { (try? RequestTarget(url))?.origin }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        "\(method) \(origin ?? "invalid URL"), \(headers.fields.count) headers, \(body)"
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
