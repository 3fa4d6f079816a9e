internal import HTTPTransport
internal import ObjectModel

/// One request to the API server, before it is known where that is and who asks.
struct APIRequest: Sendable {
    let method: HTTPMethod
    let path: String
    /// For messages: the verb and what it is about.
    let operation: String
    var query: [(name: String, value: String)] = []
    var body: ObjectValue?
    var contentType = "application/json"
    var timeouts = HTTPTimeouts(stall: nil)
    var maximumAnswerBytes: Int? = AnswerReader.maximumObjectOctets
    /// The body holds secrets, which the server's words about it may quote.
    var mayQuoteSecrets = false

    init(_ method: HTTPMethod, _ path: String, operation: String) {
        self.method = method
        self.path = path
        self.operation = operation
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { query.append((name, value)) }
    }

    /// The request as it goes over the wire.
    func http(server: String, authorization: String?) -> HTTPRequest {
        let terms = query.map { "\($0.name)=\(PercentEncoding.encoded($0.value))" }
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let authorization { headers.add("Authorization", authorization) }
        var content = HTTPRequestBody.none
        if let body {
            headers.add("Content-Type", contentType)
            content = .bytes(body.json())
        }
        return HTTPRequest(
            method: method,
            url: server + path + (terms.isEmpty ? "" : "?" + terms.joined(separator: "&")),
            headers: headers,
            body: content,
            timeouts: timeouts,
            maximumResponseBytes: maximumAnswerBytes
        )
    }
}

extension HTTPMethod {
    static let put = HTTPMethod("PUT")
    static let patch = HTTPMethod("PATCH")
    static let delete = HTTPMethod("DELETE")
}
