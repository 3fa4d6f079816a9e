import ObjectModel
import TestSupport
import Testing

@testable import Admission

@Suite("Serving over TLS")
struct ServingTests {
    private static let good = Reviews.review().json()
    private static let bad = Reviews.review(Reviews.destination("a.b")).json()

    @Test("Many requests are answered on one connection")
    func keptConnection() async throws {
        try await withServer { server in
            let client = try await server.connect()
            for body in [Self.good, Self.bad, Self.good] {
                client.send(RawClient.post(body))
                let answer = try await client.nextAnswer()
                #expect(answer.status == 200 && !answer.isLast)
                #expect(answer.isAllowed == (body == Self.good))
            }
            #expect(server.judge.metric("tproxy_admission_connections_total") == "1")
            await client.close()
            try await eventually("the connection is counted no more") {
                server.judge.metric("tproxy_admission_connections") == "0"
            }
        }
    }

    @Test("Requests sent ahead are answered in their order")
    func pipelining() async throws {
        try await withServer { server in
            let client = try await server.connect()
            var all: [UInt8] = []
            for index in 0..<20 { all += RawClient.post(index.isMultiple(of: 3) ? Self.bad : Self.good) }
            client.send(
                all + Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            )
            for index in 0..<20 {
                #expect(try await client.nextAnswer().isAllowed == !index.isMultiple(of: 3))
            }
            #expect(try await client.nextAnswer().body == "ok\n")
            #expect(try await client.nextAnswer().status == 404)
            client.send(RawClient.post(Self.good))
            #expect(try await client.nextAnswer().isAllowed == true)
        }
    }

    @Test("A request may come octet by octet, and in chunks")
    func pieces() async throws {
        try await withServer { server in
            let client = try await server.connect()
            for octet in RawClient.post(Self.bad) { client.send([octet]) }
            #expect(try await client.nextAnswer().isAllowed == false)
            let head = "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            var body = "\(head)Transfer-Encoding: chunked\r\n\r\n"
            for octet in Self.good { body += "1\r\n\(Character(Unicode.Scalar(octet)))\r\n" }
            client.send(body + "0\r\n\r\n")
            #expect(try await client.nextAnswer().isAllowed == true)
        }
    }

    @Test("Who waits to be asked for the body is asked")
    func expectContinue() async throws {
        try await withServer { server in
            let client = try await server.connect()
            let request = RawClient.post(Self.good, headers: "Expect: 100-continue\r\n")
            client.send(Array(request.dropLast(Self.good.count)))
            #expect(try await client.nextAnswer().status == 100)
            client.send(Self.good)
            #expect(try await client.nextAnswer().isAllowed == true)
            // A body that is too large is not asked for.
            client.send(
                "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n"
            )
            #expect(try await client.nextAnswer().status == 413)
            try await client.end()
        }
    }

    @Test("HTTP/1.0 is served, and its connection is closed unless it asks otherwise")
    func oldVersion() async throws {
        try await withServer { server in
            let client = try await server.connect()
            client.send(RawClient.post(Self.good, headers: "Connection: keep-alive\r\n", version: "1.0"))
            let first = try await client.nextAnswer()
            #expect(first.isAllowed == true && first.head.contains("connection: keep-alive"))
            client.send(RawClient.post(Self.good, version: "1.0"))
            let second = try await client.nextAnswer()
            #expect(second.isAllowed == true && second.isLast)
            try await client.end()
            #expect(client.hasGoodbye)
        }
    }

    @Test("The pages are served, HEAD without their content")
    func pages() async throws {
        try await withServer { server in
            let client = try await server.connect()
            client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.nextAnswer().body.contains("\ntproxy_admission_connections 1\n"))
            client.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.nextAnswer().body == "ready\n")
            client.send("HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            try await client.end()
            #expect(client.received.contains("content-length: 3\r\n") && client.received.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("curl gets through, with a large resource too", .enabled(if: Curl.path != nil, "curl is not on PATH"))
    func curl() async throws {
        try await withServer { server in
            let names = (0..<2000).map { "\"tenant-\($0)\"" }.joined(separator: ",")
            let body = Reviews.review(Reviews.destination(tenants: "[\(names)]")).json()
            let url = "https://127.0.0.1:\(server.port)/validate?timeout=5s"
            let arguments = [
                "--insecure", "--header", "content-type: application/json", "--data-binary", "@-", url, url,
            ]
            let output = try await Curl.run(arguments, input: body)
            #expect(output.contains("\"allowed\":true"))
        }
    }
}
