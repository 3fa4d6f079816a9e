/// A request that has passed all checks and may go over the wire.
struct PreparedRequest: Sendable {
    let target: RequestTarget
    let method: String
    /// Header lines as libcurl wants them.
    let headerLines: [String]
    let body: HTTPRequestBody
    var timeouts: HTTPTimeouts
    let maximumResponseBytes: Int?
    let maximumRedirects: Int
    let share: String
    /// The host's addresses as libcurl takes them, where they have been looked up.
    var addresses: String?

    /// What frames the message is the client's: a second opinion in a header is how requests get smuggled (RFC 9112
    /// §11.2).
    private static let reserved: Set<String> = [
        "connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static let credentials = ["Authorization", "Proxy-Authorization", "Cookie"]

    /// Checks a request.
    ///
    /// - Throws: `invalidURL` or `invalidRequest`.
    init(_ request: HTTPRequest, hasClientCertificate: Bool) throws(HTTPError) {
        target = try RequestTarget(request.url)
        guard Self.isToken(request.method.rawValue), request.method != "CONNECT" else {
            throw HTTPError(.invalidRequest, origin: target.origin, detail: "the method is not allowed")
        }
        method = request.method.rawValue
        var lines: [String] = []
        for field in request.headers.fields { lines.append(try Self.line(field, target.origin)) }
        headerLines = lines
        body = request.body
        timeouts = request.timeouts
        share = request.share
        maximumResponseBytes = request.maximumResponseBytes
        let mayBeRedirected =
            !hasClientCertificate && [.get, .head].contains(request.method) && !request.hasBody
            && Self.credentials.allSatisfy { request.headers[$0] == nil }
        maximumRedirects = mayBeRedirected ? min(max(request.maximumRedirects, 0), 20) : 0
    }

    private static func line(_ field: HTTPHeaders.Field, _ origin: String) throws(HTTPError) -> String {
        guard isToken(field.name) else {
            throw HTTPError(.invalidRequest, origin: origin, detail: "a header's name is not a token")
        }
        guard !reserved.contains(field.name.lowercased()) else {
            throw HTTPError(.invalidRequest, origin: origin, detail: "header \(field.name) is set by the client itself")
        }
        // RFC 9110 §5.5: CR, LF and NUL would end the field; other controls have no business in it either.
        guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw HTTPError(.invalidRequest, origin: origin, detail: "header \(field.name) has a control character")
        }
        // libcurl takes "Name:" as "leave this header out"; the semicolon asks for an empty one.
        let isBlank = field.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        return isBlank ? "\(field.name);" : "\(field.name): \(field.value)"
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

extension HTTPRequest {
    fileprivate var hasBody: Bool {
        switch body {
        case .none: false
        case .bytes, .stream: true
        }
    }
}
