import HTTPTransport
import ObjectModel
import Testing

@testable import Kubernetes

@Suite("Kubernetes errors")
struct KubernetesErrorTests {
    private func error(_ status: Int, _ body: String, _ headers: HTTPHeaders = [:]) -> KubernetesError {
        KubernetesError(status: status, headers: headers, body: Array(body.utf8))
    }

    @Test(
        "The reason decides, else the status",
        arguments: [
            (404, "NotFound", #"{"name":"x"}"#, .notFound), (404, "NotFound", "{}", .unknownType),
            (409, "AlreadyExists", "{}", .alreadyExists), (409, "Conflict", "{}", .conflict),
            (422, "Invalid", "{}", .invalid), (400, "BadRequest", "{}", .badRequest), (410, "Expired", "{}", .expired),
            (410, "Gone", "{}", .expired), (403, "Forbidden", "{}", .forbidden),
            (401, "Unauthorized", "{}", .unauthorized), (429, "TooManyRequests", "{}", .tooManyRequests),
            (504, "Timeout", "{}", .timeout), (500, "ServerTimeout", "{}", .timeout),
            (503, "ServiceUnavailable", "{}", .unavailable), (500, "InternalError", "{}", .serverError),
            (400, "", "{}", .badRequest), (401, "", "{}", .unauthorized), (403, "", "{}", .forbidden),
            (404, "", "{}", .unknownType), (409, "", "{}", .conflict), (410, "", "{}", .expired),
            (422, "", "{}", .invalid), (429, "", "{}", .tooManyRequests), (500, "", "{}", .serverError),
            (502, "", "{}", .unavailable), (503, "", "{}", .unavailable), (504, "", "{}", .timeout),
            (418, "New", "[]", .refused), (599, "", "null", .serverError),
        ] as [(Int, String, String, KubernetesError.Code)]
    )
    func codes(status: Int, reason: String, details: String, code: KubernetesError.Code) {
        let error = error(status, #"{"kind":"Status","reason":"\#(reason)","details":\#(details)}"#)
        #expect(error.code == code)
        #expect(error.status == status)
        #expect(error.reason == reason)
    }

    @Test("Message, causes, and when to come back")
    func details() {
        let error = error(
            429,
            """
            {"kind":"Status","message":"wait, \\"please\\"","reason":"TooManyRequests","details":{"retryAfterSeconds":7,
            "causes":[{"reason":"FieldValueInvalid","field":"spec.x","message":"no"},{"field":1},null]}}
            """,
            ["Retry-After": "3"]
        )
        #expect(error.description == "wait, \"please\"")
        #expect(error.retryAfter == .seconds(7))
        #expect(error.causes.map(\.field) == ["spec.x", "", ""])
        #expect(error.isTransient)
    }

    @Test(
        "The header says when to come back, within reason",
        arguments: [("3", 3), ("99999999", 600), ("0", nil), ("-1", nil), ("Wed, 21 Oct 2026 07:28:00 GMT", nil)]
            as [(String, Int?)]
    )
    func retryAfter(header: String, seconds: Int?) {
        #expect(error(503, "no", ["Retry-After": header]).retryAfter == seconds.map { .seconds($0) })
    }

    @Test(
        "Pages of proxies",
        arguments: [
            (200, .malformedAnswer), (302, .malformedAnswer), (403, .forbidden), (404, .unknownType),
            (502, .unavailable), (503, .unavailable), (504, .timeout),
        ] as [(Int, KubernetesError.Code)]
    )
    func pages(status: Int, code: KubernetesError.Code) {
        let error = error(status, "<html>hush</html>", ["Content-Type": "text/html\u{1B}[2J"])
        #expect(error.code == code)
        #expect(!error.description.contains("hush"))
        #expect(!error.description.contains("\u{1B}"))
    }

    @Test("A long message with line ends is one short line")
    func longMessages() throws {
        let text = String(repeating: "line\\n\\u001b", count: 10_000)
        let error = error(500, #"{"kind":"Status","reason":"\#(text)","message":"\#(text)"}"#)
        #expect(error.description.utf8.count < 20_000)
        #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        #expect(error.reason.utf8.count < 1000)
    }

    @Test("What may quote a secret is withheld")
    func secrets() {
        let status =
            #"{"kind":"Status","reason":"Invalid","message":"bad hush","details":{"causes":[{"message":"hush"}]}}"#
        let error = KubernetesError(status: 422, headers: [:], body: Array(status.utf8), mayQuoteSecrets: true)
        #expect(error.code == .invalid)
        #expect(!"\(error) \(error.causes)".contains("hush"))
    }
}
