import NIOCore
import NIOPosix
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite("Operations server", .timeLimit(.minutes(1)))
struct OperationsServerTests {
    private static func request(_ line: String, _ fields: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
    }

    /// Sends everything at once and returns all that came back until the server closed.
    private static func exchange(_ port: Int, _ text: String) async throws -> String {
        let client = try await RawClient(port: port)
        await client.send(text)
        return try await client.receiveToEnd()
    }

    @Test func servesMetrics() async throws {
        let registry = MetricsRegistry()
        try registry.counter("a_total", help: "A.").metric().increment()
        try await withServer(registry: registry) { _, port in
            let answer = try await Self.exchange(port, Self.request("GET /metrics", "Connection: close\r\n"))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n# HELP a_total A.\n# TYPE a_total counter\na_total 1\n"))
        }
    }

    @Test(arguments: [(true, "200 OK"), (false, "503 Service Unavailable")])
    func tellsHealthApartFromReadiness(isReady: Bool, status: String) async throws {
        try await withServer(readiness: { Readiness(isReady: isReady, json: #"{"source":"x"}"#) }) { _, port in
            let health = try await Self.exchange(port, Self.request("GET /healthz", "Connection: close\r\n"))
            #expect(health.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let readiness = try await Self.exchange(port, Self.request("GET /readyz", "Connection: close\r\n"))
            #expect(readiness.hasPrefix("HTTP/1.1 \(status)\r\ncontent-type: application/json\r\n"))
            #expect(readiness.hasSuffix("\r\n\r\n{\"source\":\"x\"}"))
        }
    }

    @Test func answersHeadWithoutBodyAndKeepsTheConnection() async throws {
        try await withServer(routes: ["/routes": { _ in .json("[1]") }]) { _, port in
            let answer = try await Self.exchange(
                port,
                Self.request("HEAD /routes") + Self.request("GET /routes") + Self.request("DELETE /routes")
                    + Self.request("GET /none", "Connection: close\r\n")
            )
            let answers = answer.components(startingWith: "HTTP/1.1 ")
            try #require(answers.count == 4, "\(answer)")
            #expect(answers[0].hasPrefix("HTTP/1.1 200 OK\r\n") && answers[0].hasSuffix("\r\n\r\n"))
            #expect(answers[0].contains("\r\ncontent-length: 3\r\n"))
            #expect(answers[1].hasSuffix("\r\n\r\n[1]"))
            #expect(answers[2].hasPrefix("HTTP/1.1 405 ") && answers[2].contains("\r\nallow: GET, HEAD\r\n"))
            #expect(answers[3].hasPrefix("HTTP/1.1 404 ") && answers[3].contains("\r\nconnection: close\r\n"))
        }
    }

    @Test(
        arguments: [
            (request("GET /healthz", "Content-Length: 5\r\n") + "12345", "HTTP/1.1 413 "),
            (request("GET /healthz", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", "HTTP/1.1 413 "),
            (request("GET /healthz", "X: \(String(repeating: "x", count: 9000))\r\n"), "HTTP/1.1 400 "),
            (request("GET /\(String(repeating: "x", count: 9000))"), "HTTP/1.1 400 "),
            ("EHLO example.org\r\n\r\n", "HTTP/1.1 400 "),
            ("\u{16}\u{3}\u{1}\u{0}", "HTTP/1.1 400 "),
        ]
    )
    func refusesAndCloses(request: String, answer: String) async throws {
        try await withServer { _, port in
            let refusal = try await Self.exchange(port, request)
            #expect(refusal.hasPrefix(answer))
            let next = try await Self.exchange(port, Self.request("GET /healthz", "Connection: close\r\n"))
            #expect(next.hasSuffix("ok\n"))
        }
    }

    @Test(arguments: ["", "GET /healthz HTTP/1.1\r\nHost: x\r\n", request("GET /healthz"), request("GET /never")])
    func closesConnectionsThatTakeTooLong(text: String) async throws {
        let never: OperationsServer.Route = { _ in
            try? await Task.sleep(for: .seconds(3600))
            return .text("cancelled\n")
        }
        let limits = OperationsLimits(time: .milliseconds(50))
        try await withServer(routes: ["/never": never], limits: limits) { _, port in
            let answer = try await Self.exchange(port, text)
            #expect(answer.isEmpty || answer.hasSuffix("ok\n"))
        }
    }

    @Test func capsConnections() async throws {
        let limits = OperationsLimits(connections: 1, time: .seconds(3600))
        try await withServer(limits: limits) { _, port in
            let first = try await RawClient(port: port)
            let answer = try await Self.exchange(port, Self.request("GET /healthz", "Connection: close\r\n"))
            #expect(answer.hasSuffix("ok\n"))
            #expect(try await first.receiveToEnd().isEmpty)
        }
    }

    @Test(
        "A kubelet's probe is answered, whatever connections somebody else holds",
        arguments: [[""], ["GET /healthz HTTP/1.1\r\n"], [request("GET /never")], ["", request("GET /never")]]
    )
    func nobodyHoldsAllConnections(texts: [String]) async throws {
        let asked = AsyncStream.makeStream(of: Void.self)
        let never: OperationsServer.Route = { _ in
            asked.continuation.yield()
            try? await Task.sleep(for: .seconds(3600))
            return .text("cancelled\n")
        }
        let limits = OperationsLimits(connections: 8, time: .seconds(3600))
        try await withServer(routes: ["/never": never], limits: limits) { _, port in
            var requests = asked.stream.makeAsyncIterator()
            var held: [RawClient] = []
            for index in 0..<limits.connections {
                let client = try await RawClient(port: port, from: "127.0.0.2")
                let text = texts[index % texts.count]
                await client.send(text)
                if text.contains("/never") { await requests.next() }
                held.append(client)
            }
            for _ in 0..<3 {
                let answer = try await Self.exchange(port, Self.request("GET /healthz", "Connection: close\r\n"))
                #expect(answer.hasSuffix("ok\n"))
            }
            for client in held { await client.close() }
        }
    }

    @Test("Answers don't pile up for one who asks and asks, and reads nothing")
    func answersOnlyWhoReads() async throws {
        // More than a connection's buffers in the kernel take.
        let page = OperationsResponse(contentType: "text/plain", body: Array(repeating: 0x78, count: 16 << 20))
        let asked = Mutex(0)
        let (first, signal) = AsyncStream.makeStream(of: Void.self)
        let big: OperationsServer.Route = { _ in
            asked.withLock { $0 += 1 }
            signal.finish()
            return page
        }
        try await withServer(routes: ["/big": big]) { _, port in
            let client = try await RawClient(port: port, reads: false)
            await client.send(String(repeating: Self.request("GET /big"), count: 10))
            for await _ in first {}
            for _ in 0..<20 {
                let answer = try await Self.exchange(port, Self.request("GET /healthz", "Connection: close\r\n"))
                #expect(answer.hasSuffix("ok\n"))
            }
            #expect(asked.withLock { $0 } == 1)
            await client.close()
        }
    }

    @Test("clients that read nothing keep no other client's large response back")
    func servesBesideUnreadResponses() async throws {
        let size = 16 << 20
        let big = OperationsRouter.shared {
            OperationsResponse(contentType: "text/plain", body: Array(repeating: 0x78, count: size))
        }
        let waits = Mutex(0)
        let limits = OperationsLimits(largeResponses: 4, time: .seconds(3600), stall: .seconds(3600))
        try await withServer(
            routes: ["/big": big],
            limits: limits,
            whenLimitReached: { if $0 == .largeResponses { waits.withLock { $0 += 1 } } }
        ) { _, port in
            var unread: [RawClient] = []
            for _ in 0..<12 {
                let client = try await RawClient(port: port, from: "127.0.0.2", reads: false)
                await client.send(Self.request("GET /big"))
                unread.append(client)
            }
            try await eventually("two are written, the others wait") { waits.withLock { $0 } == 10 }
            let answer = try await Self.exchange(port, Self.request("GET /big", "Connection: close\r\n"))
            #expect(answer.utf8.count > size && answer.hasSuffix("xxx"))
            #expect(waits.withLock { $0 } == 10)
            for client in unread { await client.close() }
        }
    }

    @Test("a client that doesn't take its response is closed, and the next is served")
    func closesStalledReaders() async throws {
        let big: OperationsServer.Route = { _ in
            OperationsResponse(contentType: "text/plain", body: Array(repeating: 0x78, count: 16 << 20))
        }
        let stalls = Mutex(0)
        let limits = OperationsLimits(largeResponses: 1, time: .seconds(3600), stall: .milliseconds(200))
        try await withServer(
            routes: ["/big": big],
            limits: limits,
            whenLimitReached: { if $0 == .stall { stalls.withLock { $0 += 1 } } }
        ) { _, port in
            let unread = try await RawClient(port: port, reads: false)
            await unread.send(Self.request("GET /big"))
            try await eventually("the response stalls") { stalls.withLock { $0 } == 1 }
            let head = try await Self.exchange(port, Self.request("HEAD /big", "Connection: close\r\n"))
            #expect(head.contains("\r\ncontent-length: \(16 << 20)\r\n"))
            await unread.close()
        }
    }

    @Test func finishesTheRequestInHandWhenItStops() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let (release, finish) = AsyncStream.makeStream(of: Void.self)
        let slow: OperationsServer.Route = { _ in
            signal.finish()
            for await _ in release {}
            return .text("done\n")
        }
        try await withServer(routes: ["/slow": slow]) { server, port in
            let idle = try await RawClient(port: port)
            let busy = try await RawClient(port: port)
            await busy.send(Self.request("GET /slow"))
            for await _ in started {}
            async let stopped: Void = server.shutdown(grace: .seconds(30))
            #expect(try await idle.receiveToEnd().isEmpty)
            finish.finish()
            #expect(try await busy.receiveToEnd().hasSuffix("done\n"))
            await stopped
            await #expect(throws: (any Error).self) { _ = try await RawClient(port: port) }
        }
    }

    @Test func saysWhichAddressIsInUse() async throws {
        try await withServer { _, port in
            let error = await #expect(throws: OperationsServerError.self) {
                _ = try await OperationsServer.start(
                    host: "127.0.0.1",
                    port: port,
                    group: MultiThreadedEventLoopGroup.singleton,
                    registry: MetricsRegistry(),
                    readiness: { Readiness(isReady: true, text: "") }
                )
            }
            #expect(error?.code == .addressInUse)
            #expect(error?.description.contains("127.0.0.1:\(port)") == true)
        }
    }
}

extension String {
    /// Cuts the text before each occurrence of `start`, with which it begins.
    fileprivate func components(startingWith start: String) -> [String] {
        split(separator: start, omittingEmptySubsequences: true).map { start + $0 }
    }
}
