import HTTPTransport
import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite struct HTTPFailureTests {
    @Test func refusedConnection() async throws {
        // A port that is never given out as a free one, so no other test can be listening on it.
        let port = 1
        try await withClient { client in
            let error = try await httpError {
                _ = try await client.execute(HTTPRequest(url: "http://127.0.0.1:\(port)/secret-path?token=secret"))
            }
            #expect(error?.code == .connect)
            #expect(error?.origin == "http://127.0.0.1:\(port)")
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test func unresolvableHost() async throws {
        try await withClient { client in
            // A label that is too long never gets as far as a name server.
            let label = String(repeating: "a", count: 70)
            let error = try await httpError {
                _ = try await client.execute(HTTPRequest(url: "http://\(label).invalid/"))
            }
            #expect(error?.code == .resolve)
        }
    }

    @Test func overallLimit() async throws {
        try await TestServer.with { _ in
            .unfinished(["x"])
        } _: { server in
            try await withClient { client in
                let limits = HTTPTimeouts(overall: .milliseconds(100), stall: nil)
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: server.url, timeouts: limits))
                }
                #expect(error?.code == .overallTimeout)
                try await eventually("the connection is closed") { server.closed == 1 }
            }
        }
    }

    @Test(arguments: [TestServer.Reply.silence, .unfinished(["x"])])
    func stallLimit(reply: TestServer.Reply) async throws {
        try await TestServer.with { _ in
            reply
        } _: { server in
            try await withClient { client in
                let limits = HTTPTimeouts(overall: nil, stall: .milliseconds(100))
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: server.url, timeouts: limits))
                }
                #expect(error?.code == .stallTimeout)
                try await eventually("the connection is closed") { server.closed == 1 }
            }
        }
    }

    @Test func connectLimit() async throws {
        // A plain server that never says a word leaves the TLS handshake hanging.
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        try await withClient { client in
            let limits = HTTPTimeouts(connect: .milliseconds(100))
            let error = try await httpError {
                _ = try await client.execute(HTTPRequest(url: "https://127.0.0.1:\(port)", timeouts: limits))
            }
            #expect(error?.code == .connectTimeout)
        }
        try await listener.close()
    }

    @Test(arguments: [
        ("HELO there\r\n\r\n", HTTPError.Code.protocolViolation),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .protocolViolation),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .connectionLost),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", .protocolViolation),
        ("", .connectionLost),
    ])
    func whatIsNotHTTP(text: String, code: HTTPError.Code) async throws {
        try await TestServer.with { _ in
            .raw(text)
        } _: { server in
            try await withClient { client in
                let error = try await httpError { _ = try await client.execute(HTTPRequest(url: server.url)) }
                #expect(error?.code == code)
            }
        }
    }

    @Test func hugeHeadersAreRefused() async throws {
        let lines = (0..<40).map { "X-\($0): " + String(repeating: "y", count: 4000) + "\r\n" }.joined()
        try await TestServer.with { _ in
            .raw("HTTP/1.1 200 OK\r\n" + lines + "Content-Length: 0\r\n\r\n")
        } _: { server in
            try await withClient { client in
                let error = try await httpError { _ = try await client.execute(HTTPRequest(url: server.url)) }
                #expect(error?.code == .protocolViolation)
                #expect(error?.detail == "headers too large")
            }
        }
    }

    @Test func cancellationEndsTheExchange() async throws {
        try await TestServer.with { _ in
            .silence
        } _: { server in
            try await withClient { client in
                let url = server.url
                let task = Task { try await client.execute(HTTPRequest(url: url)) }
                try await eventually("the request arrives") { server.requests.count == 1 }
                task.cancel()
                let error = try await httpError { _ = try await task.value }
                #expect(error?.code == .cancelled)
                try await eventually("the connection is closed") { server.closed == 1 }
            }
        }
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        try await TestServer.with { _ in
            .answer()
        } _: { server in
            try await withClient { client in
                let url = server.url
                let error = try await httpError {
                    _ = try await Task {
                        withUnsafeCurrentTask { $0?.cancel() }
                        return try await client.execute(HTTPRequest(url: url))
                    }.value
                }
                #expect(error?.code == .cancelled)
                #expect(server.requests.isEmpty)
            }
        }
    }

    /// Responses whose body is small, and whose framing isn't.
    private static let framings: [(name: String, response: String)] = [
        (
            "extensions of chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + String(repeating: "1;\(String(repeating: "x", count: 8000))\r\na\r\n", count: 40) + "0\r\n\r\n"
        ),
        (
            "1xx responses",
            String(repeating: "HTTP/1.1 100 Continue\r\nA: \(String(repeating: "x", count: 990))\r\n\r\n", count: 300)
        ),
        (
            "trailers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
                + String(repeating: "A: \(String(repeating: "x", count: 990))\r\n", count: 300) + "\r\n"
        ),
    ]

    @Test("a response whose framing exceeds its limit many times is given up", arguments: framings.indices)
    func framing(index: Int) async throws {
        let response = Self.framings[index].response
        try await TestServer.with { _ in
            .raw(response)
        } _: { server in
            try await withClient { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: server.url, maximumResponseBytes: 1000))
                }
                #expect(error?.code == .protocolViolation, "\(Self.framings[index].name)")
            }
        }
    }
}
