/// What a route of an `OperationsServer` answers.
public struct OperationsResponse: Hashable, Sendable {
    /// The HTTP status code.
    public var status: Int
    /// The body's media type.
    public var contentType: String
    /// The bytes of the body.
    public var body: [UInt8]
    /// The methods that a 405 says are allowed; RFC 9110 §15.5.6.
    public var allow: String?

    /// A response; 200 unless said otherwise.
    public init(status: Int = 200, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// Whether its body counts among the large ones, of which few are written at a time.
    var isLarge: Bool { body.count >= OperationsLimits.largeBytes }

    /// Plain text.
    public static func text(_ text: String, status: Int = 200) -> OperationsResponse {
        OperationsResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// JSON that is written already.
    public static func json(_ json: String, status: Int = 200) -> OperationsResponse {
        OperationsResponse(status: status, contentType: "application/json", body: Array(json.utf8))
    }
}
