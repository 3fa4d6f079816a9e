import HTTPTransport
import NIOHTTP1
import Testing

@Suite struct HTTPRedirectTests {
    private func withRedirect(_ body: (TestServer, HTTPClient) async throws -> Void) async throws {
        try await TestServer.with {
            $0.head.uri == "/new" ? .answer(body: "new") : .answer(.found, [("Location", "/new")], body: "moved")
        } _: { server in
            try await withClient { try await body(server, $0) }
        }
    }

    @Test func areHandedToTheCallerByDefault() async throws {
        try await withRedirect { server, client in
            let answer = try await client.execute(HTTPRequest(url: server.url))
            #expect(answer.status == 302)
            #expect(answer.headers["location"] == "/new")
            #expect(answer.body == Array("moved".utf8))
        }
    }

    @Test func areFollowedOnRequest() async throws {
        try await withRedirect { server, client in
            let answer = try await client.execute(HTTPRequest(url: server.url, maximumRedirects: 1))
            #expect(answer.status == 200)
            #expect(answer.headers["location"] == nil)
            #expect(answer.body == Array("new".utf8))
        }
    }

    @Test(arguments: [
        HTTPRequest(url: "", headers: ["authorization": "x"], maximumRedirects: 5),
        HTTPRequest(url: "", headers: ["Cookie": "x"], maximumRedirects: 5),
        HTTPRequest(method: .post, url: "", maximumRedirects: 5),
        HTTPRequest(method: .get, url: "", body: .bytes([1]), maximumRedirects: 5),
    ])
    func areNeverFollowedWithCredentialsOrABody(request: HTTPRequest) async throws {
        try await withRedirect { server, client in
            var request = request
            request.url = server.url
            let answer = try await client.execute(request)
            #expect(answer.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test func endAtTheLimit() async throws {
        try await TestServer.with { _ in
            .answer(.found, [("Location", "/")])
        } _: { server in
            try await withClient { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: server.url, maximumRedirects: 3))
                }
                #expect(error?.code == .protocolViolation)
                #expect(server.requests.count == 4)
            }
        }
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd"])
    func neverLeaveHTTP(location: String) async throws {
        try await TestServer.with { _ in
            .answer(.found, [("Location", location)])
        } _: { server in
            try await withClient { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: server.url, maximumRedirects: 3))
                }
                #expect(error?.code == .protocolViolation)
            }
        }
    }
}
