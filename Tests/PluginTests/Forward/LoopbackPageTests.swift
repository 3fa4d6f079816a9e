import Testing

@testable import kubectl_tproxy

@Suite("Pages on the loopback")
struct LoopbackPageTests {
    @Test("An answer is read by its head and its length")
    func answers() {
        let page = LoopbackPage(Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nx: y\r\n\r\n[] ".utf8))
        #expect(page?.status == 200 && page?.body == Array("[] ".utf8))
        #expect(LoopbackPage(Array("HTTP/1.1 503 No\r\n\r\n".utf8))?.status == 503)
    }

    @Test(
        "What isn't HTTP, or has broken off, is none",
        arguments: [
            "", "HTTP/1.1 200 OK\r\n", "220 mail ESMTP\r\n\r\n", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 99 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n[]", "\r\n\r\n",
        ]
    )
    func others(answer: String) {
        #expect(LoopbackPage(Array(answer.utf8)) == nil)
    }

    @Test("A page of a server that closes the connection at once can't be read")
    func closed() async throws {
        let error = await #expect(throws: KubectlError.self) {
            try await ScriptedServer.run(greeting: nil, answer: { _ in nil }) { server in
                _ = try await LoopbackPage.get(port: server.port, path: "/routes", within: .seconds(20))
            }
        }
        #expect(error?.description.contains("/routes") == true)
    }

    @Test("A server that says nothing isn't waited for")
    func silent() async throws {
        let error = await #expect(throws: KubectlError.self) {
            try await ScriptedServer.run(greeting: "", answer: { _ in "" }) { server in
                _ = try await LoopbackPage.get(port: server.port, path: "/routes", within: .milliseconds(200))
            }
        }
        #expect(error?.code == .timeout)
    }

    @Test("A page is read to its end")
    func whole() async throws {
        let body = try await ScriptedServer.run(
            greeting: "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n[]",
            answer: { _ in nil }
        ) { server in
            try await LoopbackPage.get(port: server.port, path: "/routes", within: .seconds(20))
        }
        #expect(body == Array("[]".utf8))
    }
}
