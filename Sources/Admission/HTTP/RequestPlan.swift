import NIOHTTP1
import Telemetry

/// What to do with a request, decided by its head alone (RFC 9110). No I/O.
enum RequestPlan: Hashable {
    /// Take the body in, then judge it. Where the client waits to be asked for the body, ask.
    case review(asksForBody: Bool)
    /// Answer one of the pages for those who run the server.
    case page
    /// Answer this; the body, if there is one, is not read.
    case refuse(OperationsResponse)
    /// Answer this and close.
    case reject(OperationsResponse)

    static let path = "/validate"
    private static let pages: Set<String> = ["/healthz", "/readyz", "/metrics"]

    /// - Parameters:
    ///   - bodyLimit: The most bytes of a body.
    ///   - mayReview: Whether the client may send reviews.
    init(_ head: HTTPRequestHead, bodyLimit: Int, mayReview: Bool = true) {
        if let response = Self.framingError(head) {
            self = .reject(response)
            return
        }
        let path = Self.path(of: head.uri)
        guard path == Self.path else {
            if !Self.pages.contains(path) {
                self = .refuse(.text("not found; the webhook is at \(Self.path)\n", status: 404))
            } else if head.hasBody {
                self = .refuse(.text("a request for a page must have no body\n", status: 413))
            } else {
                self = .page
            }
            return
        }
        self =
            mayReview
            ? Self.review(head, bodyLimit: bodyLimit)
            : .refuse(.text("reviews are for the API server; a client certificate is required\n", status: 403))
    }

    private static func review(_ head: HTTPRequestHead, bodyLimit: Int) -> RequestPlan {
        guard head.method == .POST else {
            var response = OperationsResponse.text("method not allowed; POST an AdmissionReview\n", status: 405)
            response.allow = "POST"
            return .refuse(response)
        }
        guard isJSON(head.headers), isPlain(head.headers) else {
            return .refuse(.text("the body must be application/json, in UTF-8 and not encoded\n", status: 415))
        }
        if let length = head.headers.first(name: "content-length"), Int(length).map({ $0 > bodyLimit }) ?? true {
            return .refuse(tooLarge(bodyLimit))
        }
        let expectations = head.headers[canonicalForm: "expect"]
        guard let expectation = expectations.first else { return .review(asksForBody: false) }
        guard expectations.count == 1, expectation.lowercased() == "100-continue" else {
            return .refuse(.text("no such expectation can be met\n", status: 417))
        }
        // A client of HTTP/1.0 doesn't know what 100 means (RFC 9110 §10.1.1).
        return .review(asksForBody: head.version != .http1_0)
    }

    static func tooLarge(_ limit: Int) -> OperationsResponse {
        .text("the body is larger than \(limit) bytes\n", status: 413)
    }

    /// The path of a target in origin or absolute form (RFC 9112 §3.2).
    static func path(of target: String) -> String {
        var rest = target[...]
        if let scheme = rest.firstRange(of: "://"), !rest.hasPrefix("/") {
            rest = rest[scheme.upperBound...]
            rest = rest[(rest.firstIndex(of: "/") ?? rest.endIndex)...]
        }
        return String(rest.prefix { $0 != "?" && $0 != "#" })
    }

    private static func isJSON(_ headers: HTTPHeaders) -> Bool {
        guard headers["content-type"].count == 1, let value = headers.first(name: "content-type") else { return false }
        let parts = value.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
        return parts.first == "application/json" && [nil, "charset=utf-8"].contains(charset)
    }

    private static func isPlain(_ headers: HTTPHeaders) -> Bool {
        headers[canonicalForm: "content-encoding"].allSatisfy { $0.lowercased() == "identity" }
    }
}

extension HTTPRequestHead {
    /// Whether a body follows; RFC 9112 §6.3.
    var hasBody: Bool {
        headers.contains(name: "transfer-encoding") || headers["content-length"].contains { $0 != "0" }
    }
}
