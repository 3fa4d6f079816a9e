import HTTPTransport
import Testing

@Suite struct HTTPRequestCheckTests {
    @Test(arguments: [
        "", "ftp://localhost/", "file:///etc/passwd", "localhost", "//localhost/", "http://", "http://a b/",
        "http://user@localhost/", "http://user:pass@localhost/", "http://localhost/\r\nX: y", "http://localhost/ä",
        "http://localhost:99999/", "gopher://localhost/", "javascript:alert(1)", "http://localhost/\u{0}",
    ])
    func urlsThatAreRefused(url: String) async throws {
        try await withClient { client in
            let error = try await httpError { _ = try await client.execute(HTTPRequest(url: url)) }
            #expect(error?.code == .invalidURL)
            #expect(error?.description.contains("pass") == false)
        }
    }

    @Test(arguments: [
        ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\u{0}b"), ("X", "a\u{7F}"), ("X Y", "a"), ("", "a"),
        ("X:", "a"), ("X\r\n", "a"), ("Content-Length", "5"), ("transfer-encoding", "chunked"), ("Connection", "close"),
    ])
    func headersThatAreRefused(name: String, value: String) async throws {
        try await withClient { client in
            var headers = HTTPHeaders()
            headers.add(name, value)
            let error = try await httpError {
                _ = try await client.execute(HTTPRequest(url: "http://127.0.0.1:1/", headers: headers))
            }
            #expect(error?.code == .invalidRequest)
        }
    }

    @Test(arguments: ["", "GET /", "G\r\nET", "CONNECT"])
    func methodsThatAreRefused(method: String) async throws {
        try await withClient { client in
            let error = try await httpError {
                _ = try await client.execute(HTTPRequest(method: HTTPMethod(method), url: "http://127.0.0.1:1/"))
            }
            #expect(error?.code == .invalidRequest)
        }
    }

    @Test func printingShowsNoSecret() {
        let request = HTTPRequest(
            method: .post,
            url: "http://localhost/path?secret",
            headers: ["Authorization": "secret"],
            body: .bytes(Array("secret".utf8))
        )
        let response = HTTPResponse(status: 200, headers: ["Set-Cookie": "secret"], body: Array("secret".utf8))
        let proxy = HTTPProxy.url("http://u:secret@proxy")
        var dumped = ""
        dump(request, to: &dumped)
        dump(response, to: &dumped)
        dump(request.headers, to: &dumped)
        dump(proxy, to: &dumped)
        dumped += "\(request) \(response) \(request.headers) \(proxy) \(request.body)" + String(reflecting: request)
        #expect(!dumped.contains("secret"))
        #expect(!dumped.contains("115"))
        #expect(request.description == "POST http://localhost:80, 1 headers, 6 bytes")
    }
}
