import HTTPTransport
import TestSupport
import Testing

@Suite struct HTTPStreamTests {
    private let endless = HTTPTimeouts(overall: nil, stall: nil)

    @Test func theHeadAndChunksComeBeforeTheEnd() async throws {
        try await TestServer.with { _ in
            .unfinished(["one", "two"])
        } _: { server in
            try await withClient { client in
                let answer = try await client.stream(
                    HTTPRequest(url: server.url, timeouts: endless, maximumResponseBytes: nil)
                )
                #expect(answer.status == 200)
                var text: [UInt8] = []
                for try await chunk in answer.body {
                    text += chunk
                    if text.count == 6 { break }
                }
                #expect(text == Array("onetwo".utf8))
                #expect(server.closed == 0)
            }
        }
    }

    @Test func aDroppedStreamClosesItsConnection() async throws {
        try await TestServer.with { _ in
            .unfinished(["one"])
        } _: { server in
            try await withClient { client in
                let request = HTTPRequest(url: server.url, timeouts: endless, maximumResponseBytes: nil)
                func readAndDrop() async throws {
                    let answer = try await client.stream(request)
                    for try await _ in answer.body { break }
                }
                try await readAndDrop()
                try await eventually("the connection is closed") { server.closed == 1 }
            }
        }
    }

    @Test func cancellingTheReaderEndsTheStream() async throws {
        try await TestServer.with { _ in
            .unfinished([])
        } _: { server in
            try await withClient { client in
                let answer = try await client.stream(
                    HTTPRequest(url: server.url, timeouts: endless, maximumResponseBytes: nil)
                )
                let reader = Task { for try await _ in answer.body {} }
                reader.cancel()
                let error = try await httpError { try await reader.value }
                #expect(error?.code == .cancelled)
                try await eventually("the connection is closed") { server.closed == 1 }
            }
        }
    }

    @Test func aSlowReaderSlowsTheServerAndLosesNothing() async throws {
        try await TestServer.with { _ in
            .flood
        } _: { server in
            try await withClient { client in
                // The stall limit must not count the time in which it is us who don't read.
                let limits = HTTPTimeouts(overall: nil, stall: .milliseconds(200))
                let answer = try await client.stream(
                    HTTPRequest(url: server.url, timeouts: limits, maximumResponseBytes: nil)
                )
                // Without back-pressure this never settles.
                var last = -1
                var same = 0
                try await eventually("the server is slowed down") {
                    try await Task.sleep(for: .milliseconds(20))
                    same = server.flooded == last ? same + 1 : 0
                    last = server.flooded
                    return same == 20
                }
                let settled = server.flooded
                var count = 0
                for try await chunk in answer.body {
                    #expect(chunk.allSatisfy { $0 == UInt8(ascii: "x") })
                    count += chunk.count
                    if count > settled * 2 { break }
                }
                #expect(count > settled * 2)
            }
        }
    }

    @Test func aStreamedRequestBodyArrivesInOrder() async throws {
        try await TestServer.with {
            .answer(body: "\($0.body.count)")
        } _: { server in
            try await withClient { client in
                let (chunks, source) = AsyncStream.makeStream(of: [UInt8].self)
                let url = server.url
                async let pending = client.execute(
                    HTTPRequest(method: .post, url: url, body: .stream(HTTPBodyStream(chunks)))
                )
                for number in 0..<UInt8(50) {
                    source.yield([UInt8](repeating: number, count: 10_000))
                    // Let the upload run dry now and then.
                    if number % 10 == 0 { try await eventually("connected") { server.opened == 1 } }
                }
                source.yield([])
                source.finish()
                let answer = try await pending
                #expect(answer.body == Array("500000".utf8))
                let body = try #require(server.requests.first?.body)
                #expect(body == (0..<UInt8(50)).flatMap { [UInt8](repeating: $0, count: 10_000) })
            }
        }
    }

    @Test func aFailingRequestBodyFailsTheExchange() async throws {
        struct Broken: Error {}
        try await TestServer.with { _ in
            .answer()
        } _: { server in
            try await withClient { client in
                let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
                    continuation.yield([1])
                    continuation.finish(throwing: Broken())
                }
                let error = try await httpError {
                    _ = try await client.execute(
                        HTTPRequest(method: "PUT", url: server.url, body: .stream(HTTPBodyStream(chunks)))
                    )
                }
                #expect(error?.code == .requestBodyFailed)
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test func aStreamKeepsItsClientAlive() async throws {
        try await TestServer.with { _ in
            .unfinished(["a", "b"])
        } _: { server in
            func open() async throws -> HTTPStreamingResponse {
                var configuration = HTTPClientConfiguration()
                configuration.proxy = .none
                return try await HTTPClient(configuration).stream(
                    HTTPRequest(url: server.url, timeouts: endless, maximumResponseBytes: nil)
                )
            }
            let answer = try await open()
            var text: [UInt8] = []
            for try await chunk in answer.body {
                text += chunk
                if text.count == 2 { break }
            }
            #expect(text == Array("ab".utf8))
        }
    }
}
