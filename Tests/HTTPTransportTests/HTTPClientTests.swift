import HTTPTransport
import NIOHTTP1
import TestSupport
import Testing

@Suite struct HTTPClientTests {
    @Test func getReturnsStatusHeadersAndBody() async throws {
        try await TestServer.with { _ in
            .answer(.notFound, [("X-One", "a"), ("x-one", "b")], body: "gone")
        } _: { server in
            try await withClient { client in
                let answer = try await client.execute(
                    HTTPRequest(url: server.url + "/a?b=c", headers: ["X-Empty": "", "Authorization": "Bearer t"])
                )
                #expect(answer.status == 404)
                #expect(answer.headers.all("X-ONE") == ["a", "b"])
                #expect(answer.body == Array("gone".utf8))
                let seen = try #require(server.requests.first)
                #expect(seen.head.uri == "/a?b=c")
                #expect(seen.head.headers["authorization"] == ["Bearer t"])
                #expect(seen.head.headers["x-empty"] == [""])
                #expect(seen.head.headers["user-agent"] == ["tproxy"])
            }
        }
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "GET"])
    func bodiesInMemoryAreSentWithTheirLength(method: String) async throws {
        let body = [UInt8](repeating: 7, count: 300_000)
        try await TestServer.with {
            .answer(body: "\($0.body.count)")
        } _: { server in
            try await withClient { client in
                let request = HTTPRequest(method: HTTPMethod(method), url: server.url, body: .bytes(body))
                let answer = try await client.execute(request)
                #expect(answer.body == Array("300000".utf8))
                let seen = try #require(server.requests.first)
                #expect(seen.head.method.rawValue == method)
                #expect(seen.head.headers["content-length"] == ["300000"])
                #expect(seen.head.headers["content-type"].isEmpty)
                #expect(seen.head.headers["expect"].isEmpty)
                #expect(seen.body == body)
            }
        }
    }

    @Test(arguments: ["POST", "PUT", "PATCH"])
    func noBodyWhereOneIsUsualSaysLengthZero(method: String) async throws {
        try await TestServer.with { _ in
            .answer()
        } _: { server in
            try await withClient { client in
                _ = try await client.execute(HTTPRequest(method: HTTPMethod(method), url: server.url))
                #expect(server.requests.first?.head.headers["content-length"] == ["0"])
            }
        }
    }

    @Test func headHasNoBody() async throws {
        try await TestServer.with { _ in
            .answer(body: "0123456789")
        } _: { server in
            try await withClient { client in
                let answer = try await client.execute(HTTPRequest(method: .head, url: server.url))
                #expect(answer.status == 200)
                #expect(answer.headers["content-length"] == "10")
                #expect(answer.body.isEmpty)
            }
        }
    }

    @Test func connectionsAreReused() async throws {
        try await TestServer.with { _ in
            .answer(body: "x")
        } _: { server in
            try await withClient { client in
                for _ in 0..<5 { _ = try await client.execute(HTTPRequest(url: server.url)) }
                #expect(server.requests.count == 5)
                #expect(server.opened == 1)
            }
        }
    }

    @Test func manyAtOnce() async throws {
        try await TestServer.with {
            .answer(body: $0.head.uri)
        } _: { server in
            try await withClient { client in
                let url = server.url
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let answer = try await client.execute(HTTPRequest(url: "\(url)/\(number)"))
                            return answer.body == Array("/\(number)".utf8)
                        }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
            }
        }
    }

    @Test(arguments: [(4, false), (3, true)])
    func largeAnswersAreRefused(limit: Int, isRefused: Bool) async throws {
        try await TestServer.with { _ in
            .answer(body: "1234")
        } _: { server in
            try await withClient { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: server.url, maximumResponseBytes: limit))
                }
                #expect(error?.code == (isRefused ? .bodyTooLarge : nil))
            }
        }
    }

    @Test func largeAnswersOfUnknownLengthAreRefused() async throws {
        try await TestServer.with { _ in
            .flood
        } _: { server in
            try await withClient { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: server.url, maximumResponseBytes: 100_000))
                }
                #expect(error?.code == .bodyTooLarge)
                try await eventually("the connection is closed") { server.closed == 1 }
            }
        }
    }

    @Test func moreThanTheAllowedTransfersAreRefused() async throws {
        try await TestServer.with { _ in
            .unfinished([])
        } _: { server in
            try await withClient {
                $0.maximumTransfers = 1
            } _: { client in
                let first = try await client.stream(HTTPRequest(url: server.url))
                let error = try await httpError { _ = try await client.execute(HTTPRequest(url: server.url)) }
                #expect(error?.code == .overloaded)
                _ = first
            }
        }
    }

    @Test func shutdownEndsWhatIsUnderWayAndRefusesMore() async throws {
        try await TestServer.with { _ in
            .silence
        } _: { server in
            var configuration = HTTPClientConfiguration()
            configuration.proxy = .none
            let client = try HTTPClient(configuration)
            let url = server.url
            let pending = Task { try await client.execute(HTTPRequest(url: url)) }
            try await eventually("the request arrives") { server.requests.count == 1 }
            await client.shutdown()
            await client.shutdown()
            let first = try await httpError { _ = try await pending.value }
            let second = try await httpError { _ = try await client.execute(HTTPRequest(url: url)) }
            #expect(first?.code == .shutDown)
            #expect(second?.code == .shutDown)
            try await eventually("the connection is closed") { server.closed == 1 }
        }
    }
}
