internal import HTTPTransport
internal import ObjectModel

extension KubernetesError {
    /// What an answer that is no success means.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - headers: Its header fields.
    ///   - body: Its body, or the beginning of it.
    ///   - mayQuoteSecrets: The request carried secrets, which the server's words may quote.
    init(status: Int, headers: HTTPHeaders, body: [UInt8], mayQuoteSecrets: Bool = false) {
        let options = JSONReader.Options(maximumLength: 2 << 20, maximumCount: 100_000)
        let object = (try? JSONReader.document(body, options: options))?.value
        let retryAfter = headers["Retry-After"].flatMap { Int($0) }
        if let object, object["kind"] == .string("Status") {
            self.init(
                statusObject: object,
                status: status,
                retryAfter: retryAfter,
                mayQuoteSecrets: mayQuoteSecrets
            )
        } else {
            self.init(plain: status, contentType: headers["Content-Type"], retryAfter: retryAfter)
        }
    }

    /// What a Status object means, be it an answer or part of a watch.
    init(statusObject object: ObjectValue, status: Int?, retryAfter: Int? = nil, mayQuoteSecrets: Bool = false) {
        let reason = Self.line(object["reason"]?.stringValue ?? "", limit: 64)
        let status = status ?? Self.number(object["code"])
        let details = object["details"]
        let code = Self.code(reason: reason, status: status ?? 0, namesObject: details?["name"]?.stringValue ?? "")
        var message = Self.line(object["message"]?.stringValue ?? "", limit: 2000)
        var causes = (details?["causes"]?.arrayValue ?? []).prefix(100).map { cause in
            Cause(
                reason: Self.line(cause["reason"]?.stringValue ?? "", limit: 64),
                field: Self.line(cause["field"]?.stringValue ?? "", limit: 500),
                message: Self.line(cause["message"]?.stringValue ?? "", limit: 1000)
            )
        }
        if mayQuoteSecrets, [.invalid, .badRequest, .refused].contains(code) {
            message = "refused; the server's words are withheld, as they may quote a secret"
            causes = []
        }
        if message.isEmpty { message = "the API server answers \(reason.isEmpty ? "without a reason" : reason)" }
        if code == .unknownType { message += "; is its CRD installed?" }
        let seconds = Self.number(details?["retryAfterSeconds"]) ?? retryAfter
        self.init(
            code,
            message,
            status: status,
            reason: reason,
            causes: causes,
            retryAfter: seconds.flatMap { $0 > 0 ? .seconds(min($0, 600)) : nil }
        )
    }

    /// An answer that no API server gave, or one that had no time for a Status object.
    private init(plain status: Int, contentType: String?, retryAfter: Int?) {
        let code = status < 400 ? Code.malformedAnswer : Self.code(reason: "", status: status, namesObject: "")
        let type = contentType.map { " of type \(Quoted($0))" } ?? ""
        var message = "status \(status) with a text\(type)"
        switch code {
        case .unknownType: message += "; is its CRD installed, and is this the URL of an API server?"
        case .unauthorized, .forbidden: message += "; is this the URL of an API server?"
        default: message += "; is a proxy in the way?"
        }
        self.init(
            code,
            message,
            status: status,
            retryAfter: retryAfter.flatMap { $0 > 0 ? .seconds(min($0, 600)) : nil }
        )
    }

    private static func code(reason: String, status: Int, namesObject name: String) -> Code {
        switch reason {
        // The server says NotFound of kinds as of objects, but has a name only for objects.
        case "NotFound": name.isEmpty ? .unknownType : .notFound
        case "AlreadyExists": .alreadyExists
        case "Conflict": .conflict
        case "Invalid": .invalid
        case "BadRequest": .badRequest
        case "Expired", "Gone": .expired
        case "Forbidden": .forbidden
        case "Unauthorized": .unauthorized
        case "TooManyRequests": .tooManyRequests
        case "Timeout", "ServerTimeout": .timeout
        case "ServiceUnavailable": .unavailable
        case "InternalError": .serverError
        default: code(status: status)
        }
    }

    private static func code(status: Int) -> Code {
        switch status {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .unknownType
        case 409: .conflict
        case 410: .expired
        case 422: .invalid
        case 429: .tooManyRequests
        case 408, 504: .timeout
        case 502, 503: .unavailable
        case 500...: .serverError
        default: .refused
        }
    }

    /// A text of the server's as one line of bounded length, without characters that could forge another.
    private static func line(_ text: String, limit: Int) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar {
            case "\"", "\\": result.unicodeScalars.append(scalar)
            case "\n", "\r", "\t": result += " "
            default: result += Quoted.escaped(String(scalar), limit: 1)
            }
        }
        return text.unicodeScalars.dropFirst(limit).isEmpty ? result : result + "…"
    }

    private static func number(_ value: ObjectValue?) -> Int? {
        guard case .integer(let number) = value else { return nil }
        return number
    }
}

extension KubernetesError {
    /// A failure below HTTP.
    init(_ error: HTTPError) {
        let code: Code =
            switch error.code {
            case .cancelled: .cancelled
            case .overallTimeout, .stallTimeout: .timeout
            case .bodyTooLarge: .answerTooLarge
            case .protocolViolation: .malformedAnswer
            case .invalidURL, .invalidRequest: .invalidRequest
            case .invalidConfiguration: .unusableAccess
            default: .unreachable
            }
        self.init(code, error.description)
    }
}
