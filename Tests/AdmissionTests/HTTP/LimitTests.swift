import NIOCore
import ObjectModel
import TestSupport
import Testing

@testable import Admission

@Suite("What the server puts up with")
struct LimitTests {
    private static let good = Reviews.review().json()

    private func limits(_ change: (inout ServingLimits) -> Void) -> ServingLimits {
        var limits = ServingLimits()
        limits.closing = .milliseconds(200)
        change(&limits)
        return limits
    }

    private func reached(_ limit: String, _ server: TestServer, _ count: String = "1") -> Bool {
        server.judge.metric("tproxy_admission_limits_reached_total{limit=\"\(limit)\"}") == count
    }

    /// The server still does its work.
    private func isAlive(_ server: TestServer) async throws {
        let client = try await server.connect()
        client.send(RawClient.post(Self.good))
        #expect(try await client.nextAnswer().isAllowed == true)
        await client.close()
    }

    @Test("A body that is too large is refused, however its length is told")
    func largeBody() async throws {
        try await withServer(limits: limits { $0.body = 1000 }) { server in
            let client = try await server.connect()
            client.send(RawClient.post([UInt8](repeating: 0x20, count: 1001)))
            let answer = try await client.answer()
            #expect(answer.status == 413 && answer.isLast)
            try await client.end()

            let chunked = try await server.connect()
            let head = "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            chunked.send("\(head)Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "100\r\n\(String(repeating: " ", count: 256))\r\n"
            // Goes on sending, for as long as it is let.
            for _ in 0..<200 { chunked.send(chunk) }
            #expect(try await chunked.answer().status == 413)
            try await chunked.end()
            try await eventually("the connection is closed") {
                server.judge.metric("tproxy_admission_connections") == "0" || !chunked.channel.isActive
            }
            #expect(reached("body", server))
            try await isAlive(server)
        }
    }

    @Test("Header fields that are too large are refused")
    func largeHeader() async throws {
        try await withServer(limits: limits { $0.header = 1000 }) { server in
            for field in ["X: \(String(repeating: "a", count: 1100))\r\n", String(repeating: "A: b\r\n", count: 600)] {
                let client = try await server.connect()
                client.send(RawClient.post(Self.good, headers: field))
                let answer = try await client.answer()
                #expect(answer.status == 431 && answer.isLast)
                try await client.end()
            }
            #expect(reached("header", server, "2"))
            try await isAlive(server)
        }
    }

    @Test("A request line without end is given up", arguments: ["GET /", "GET / HTTP/1.1\r\nA: ", "", "\r\n"])
    func endlessLine(start: String) async throws {
        try await withServer(limits: limits { $0.header = 1000 }) { server in
            let client = try await server.connect()
            client.send(start)
            for _ in 0..<100 where !client.isEnded { client.send(String(repeating: "a", count: 1000)) }
            #expect([400, 431].contains(try await client.answer().status))
            try await client.end()
            try await isAlive(server)
        }
    }

    @Test(
        "A request that never comes to its end is given up",
        arguments: [
            "P", "POST /validate HTTP/1.1\r\nHost: a\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        ]
    )
    func slowRequest(start: String) async throws {
        try await withServer(limits: limits { $0.request = .milliseconds(200) }) { server in
            let client = try await server.connect()
            client.send(start)
            let answer = try await client.answer()
            #expect(answer.status == 408 && answer.isLast)
            try await client.end()
            #expect(client.hasGoodbye)
            #expect(reached("request", server))
        }
    }

    @Test("A pause that is too long ends the connection, with a goodbye")
    func idle() async throws {
        try await withServer(limits: limits { $0.idle = .milliseconds(200) }) { server in
            let client = try await server.connect()
            client.send(RawClient.post(Self.good))
            #expect(try await client.nextAnswer().isAllowed == true)
            try await client.end()
            #expect(client.hasGoodbye && client.received.isEmpty)
            #expect(reached("idle", server))
        }
    }

    @Test("A handshake that never comes is given up")
    func slowHandshake() async throws {
        try await withServer(limits: limits { $0.handshake = .milliseconds(200) }) { server in
            let client = try await server.connectPlainly()
            try await client.end()
            #expect(reached("handshake", server))
        }
    }

    @Test(
        "What doesn't speak TLS is sent away",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{FF}\u{FF}garbage"]
    )
    func noTLS(text: String) async throws {
        try await withServer { server in
            let client = try await server.connectPlainly()
            client.send(text + String(repeating: "x", count: 20_000))
            try await client.end()
            #expect(server.judge.metric("tproxy_admission_handshakes_failed_total") == "1")
            try await isAlive(server)
        }
    }

    @Test(
        "What is no HTTP is answered so",
        arguments: [
            "hello\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}", "POST /validate HTTP/9.9\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n",
            "POST /validate HTTP/1.1\r\nHost: a\r\nX: a\nContent-Length: 1\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        ]
    )
    func noHTTP(text: String) async throws {
        try await withServer { server in
            let client = try await server.connect()
            client.send(text)
            let answer = try await client.answer()
            #expect(answer.status == 400 && answer.isLast)
            try await client.end()
            try await isAlive(server)
        }
    }

    @Test("What is refused is answered, whatever is in the body")
    func refusals() async throws {
        try await withServer { server in
            for (method, path, type, status) in [
                ("POST", "/other", "application/json", 404), ("PUT", "/validate", "application/json", 405),
                ("POST", "/validate", "text/yaml", 415), ("POST", "/metrics", "application/json", 413),
            ] {
                let client = try await server.connect()
                let head = "\(method) \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: \(type)\r\nContent-Length: 5\r\n\r\n"
                client.send(head + "hello")
                let answer = try await client.answer()
                #expect(answer.status == status)
                #expect(answer.head.contains("allow: POST") == (status == 405))
                await client.close()
            }
        }
    }

    @Test("CONNECT and Upgrade get an ordinary answer, and nothing behind it")
    func upgrades() async throws {
        try await withServer { server in
            for request in [
                "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            ] {
                let client = try await server.connect()
                client.send(request)
                #expect(try await client.answer().isLast)
                try await client.end()
            }
        }
    }

    @Test("At the limit of connections one that is idle is closed for a new one")
    func connections() async throws {
        try await withServer(limits: limits { $0.connections = 2 }) { server in
            let first = try await server.connect()
            let second = try await server.connect()
            first.send(RawClient.post(Self.good))
            #expect(try await first.nextAnswer().isAllowed == true)
            try await isAlive(server)
            #expect(second.isEnded && !first.isEnded)
            #expect(reached("connections", server))
            first.send(RawClient.post(Self.good))
            #expect(try await first.nextAnswer().isAllowed == true)
        }
    }

    @Test("bodies beyond an address's share are refused, other addresses are served, and the memory is given back")
    func bodies() async throws {
        try await withServer(limits: limits { $0.bodies = 3000 }) { server in
            let head =
                "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1400\r\n\r\n"
            let hog = try await server.connect()
            hog.send(head + String(repeating: " ", count: 1000))
            try await eventually("the hog holds its body") { !server.hasRoom(for: 2001) }
            let client = try await server.connect()
            client.send(RawClient.post([UInt8](repeating: 0x20, count: 1200)))
            let answer = try await client.answer()
            #expect(answer.status == 503 && answer.head.contains("retry-after: 1"))
            #expect(reached("bodies", server))
            let neighbour = try await server.connect(from: "127.0.0.2")
            neighbour.send(RawClient.post(Self.good))
            #expect(try await neighbour.nextAnswer().isAllowed == true)
            await hog.close()
            try await eventually("all memory is free again") { server.hasRoom(for: 3000) }
        }
    }

    @Test("at the limit of handshakes the address with most of them loses its oldest")
    func handshakes() async throws {
        try await withServer(limits: limits { $0.handshakes = 4 }) { server in
            let neighbour = try await server.connectPlainly(from: "127.0.0.2")
            var hostile: [RawClient] = []
            for _ in 0..<5 { hostile.append(try await server.connectPlainly()) }
            let first = hostile[0]
            try await eventually("the oldest of the hostile handshakes is closed") { first.isEnded }
            #expect(reached("handshakes", server, "2"))
            #expect(!neighbour.isEnded)
            try await isAlive(server)
        }
    }

    @Test("while many handshakes are under way an address begins no more than its share, others do")
    func handshakeRate() async throws {
        try await withServer(
            limits: limits {
                $0.handshakes = 4
                $0.handshakesPerSecond = 20
            }
        ) { server in
            let name = "tproxy_admission_limits_reached_total{limit=\"handshake_rate\"}"
            try await eventually("the rate is reached") {
                for _ in 0..<10 { _ = try? await server.connectPlainly() }
                return server.judge.metric(name) != "0"
            }
            let neighbour = try await server.connect(from: "127.0.0.2")
            neighbour.send(RawClient.post(Self.good))
            #expect(try await neighbour.nextAnswer().isAllowed == true)
        }
    }

    @Test("header fields beyond their number are refused")
    func headerFields() async throws {
        try await withServer { server in
            let client = try await server.connect()
            client.send(RawClient.post(Self.good, headers: String(repeating: "A: b\r\n", count: 100)))
            #expect(try await client.answer().status == 431)
            try await client.end()
        }
    }

    @Test("a transfer coding besides chunked is not implemented")
    func transferCoding() async throws {
        try await withServer { server in
            let client = try await server.connect()
            client.send(
                "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            )
            let answer = try await client.answer()
            #expect(answer.status == 501 && answer.isLast)
            try await client.end()
        }
    }

    @Test("A flood of connections that say nothing, or half of something, does no harm")
    func flood() async throws {
        try await withServer(limits: limits { $0.connections = 60 }) { server in
            var clients: [RawClient] = []
            for index in 0..<150 {
                let client = try? await server.connectPlainly()
                if index.isMultiple(of: 2) { client?.send("\u{16}\u{3}\u{1}") }
                if let client { clients.append(client) }
            }
            for client in clients { await client.close() }
            try await eventually("all are gone") { server.judge.metric("tproxy_admission_connections") == "0" }
            try await isAlive(server)
        }
    }
}
