import NIOHTTP1
import Telemetry
import Testing

@testable import Admission

@Suite("What a request's head decides")
struct RequestPlanTests {
    private static let json: HTTPHeaders = ["content-type": "application/json", "content-length": "10"]

    private func plan(
        _ method: HTTPMethod,
        _ target: String,
        _ headers: HTTPHeaders = [:],
        version: HTTPVersion = .http1_1,
        hosts: Int = 1,
        mayReview: Bool = true
    ) -> RequestPlan {
        var headers = headers
        for _ in 0..<hosts { headers.add(name: "host", value: "a") }
        let head = HTTPRequestHead(version: version, method: method, uri: target, headers: headers)
        return RequestPlan(head, bodyLimit: 100, mayReview: mayReview)
    }

    @Test("a request that can be understood in two ways is rejected")
    func framing() {
        let json: HTTPHeaders = ["content-type": "application/json"]
        func status(_ headers: HTTPHeaders, hosts: Int = 1, version: HTTPVersion = .http1_1) -> UInt? {
            let plan = plan(.POST, "/validate", json.merging(headers), version: version, hosts: hosts)
            guard case .reject(let response) = plan else { return nil }
            return UInt(response.status)
        }
        #expect(status([:], hosts: 0) == 400)
        #expect(status([:], hosts: 2) == 400)
        #expect(status([:], hosts: 0, version: .http1_0) == nil)
        #expect(status([:], hosts: 2, version: .http1_0) == 400)
        #expect(status(["transfer-encoding": "chunked"]) == nil)
        #expect(status(["transfer-encoding": "Chunked"]) == nil)
        for coding in ["gzip, chunked", "chunked, chunked", "chunked, gzip", "identity", "", "xchunked", "chunked;a=b"]
        {
            #expect(status(["transfer-encoding": coding]) == 501, "\(coding)")
        }
        #expect(status(HTTPHeaders([("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")])) == 501)
        #expect(status(["transfer-encoding": "chunked"], version: .http1_0) == 400)
        #expect(status(["transfer-encoding": "chunked", "content-length": "3"]) == 400)
    }

    @Test("reviews are refused to a stranger, pages are not")
    func strangers() {
        for headers in [Self.json, [:], ["expect": "100-continue"]] as [HTTPHeaders] {
            guard case .refuse(let response) = plan(.POST, "/validate", headers, mayReview: false) else {
                Issue.record("not refused")
                continue
            }
            #expect(response.status == 403)
        }
        #expect(plan(.GET, "/healthz", mayReview: false) == .page)
        #expect(plan(.GET, "/metrics", mayReview: false) == .page)
    }

    @Test(
        "The webhook's path takes reviews",
        arguments: ["/validate", "/validate?timeout=5s", "https://host:8443/validate", "/validate#x"]
    )
    func review(target: String) {
        #expect(plan(.POST, target, Self.json) == .review(asksForBody: false))
    }

    @Test("The pages are asked for without a body", arguments: ["/healthz", "/readyz?verbose", "/metrics"])
    func page(target: String) {
        #expect(plan(.GET, target) == .page)
        #expect(plan(.GET, target, ["content-length": "0"]) == .page)
    }

    @Test(
        "Everything else is refused",
        arguments: [
            (.GET, "/", [:], 404), (.POST, "/validate/", json, 404), (.POST, "//validate", json, 404),
            (.POST, "/Validate", json, 404), (.OPTIONS, "*", [:], 404), (.CONNECT, "host:443", [:], 404),
            (.GET, "", [:], 404), (.POST, "https://validate", json, 404), (.GET, "/validate", [:], 405),
            (.PUT, "/validate", json, 405), (.HEAD, "/validate", [:], 405), (.POST, "/validate", [:], 415),
            (.POST, "/validate", ["content-type": "text/plain"], 415),
            (.POST, "/validate", ["content-type": "application/jsonp"], 415),
            (.POST, "/validate", ["content-type": "application/json; charset=utf-16"], 415),
            (.POST, "/validate", ["content-type": "application/json", "content-encoding": "gzip"], 415),
            (.POST, "/validate", ["content-type": "application/json", "content-length": "101"], 413),
            (.POST, "/validate", ["content-type": "application/json", "content-length": "99999999999999999999"], 413),
            (.POST, "/validate", ["content-type": "application/json", "expect": "200-ok"], 417),
            (.POST, "/metrics", ["content-length": "1"], 413), (.GET, "/readyz", ["transfer-encoding": "chunked"], 413),
        ] as [(HTTPMethod, String, HTTPHeaders, Int)]
    )
    func refused(method: HTTPMethod, target: String, headers: HTTPHeaders, status: Int) {
        guard case .refuse(let response) = plan(method, target, headers) else {
            Issue.record("not refused")
            return
        }
        #expect(response.status == status)
        #expect(response.allow == (status == 405 ? "POST" : nil))
    }

    @Test(
        "JSON goes by several names",
        arguments: ["Application/JSON", "application/json;charset=utf-8", "application/json; charset=\"UTF-8\"; a=b"]
    )
    func mediaTypes(type: String) {
        #expect(plan(.POST, "/validate", ["content-type": type]) == .review(asksForBody: false))
    }

    @Test("Who waits to be asked for the body is asked, unless he can't know what that means")
    func expectations() {
        var headers = Self.json
        headers.add(name: "expect", value: "100-Continue")
        #expect(plan(.POST, "/validate", headers) == .review(asksForBody: true))
        #expect(plan(.POST, "/validate", headers, version: .http1_0) == .review(asksForBody: false))
    }
}

extension HTTPHeaders {
    fileprivate func merging(_ others: HTTPHeaders) -> HTTPHeaders {
        var headers = self
        headers.add(contentsOf: others)
        return headers
    }
}
