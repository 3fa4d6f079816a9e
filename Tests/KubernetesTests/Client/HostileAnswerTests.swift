import Kubernetes
import ObjectModel
import TestSupport
import Testing

@Suite("Answers that no API server gives")
struct HostileAnswerTests {
    @Test(
        "Each is an error, and the client lives on",
        arguments: [
            ([.answer("<html>Please log in</html>", type: "text/html")], .malformedAnswer),
            ([.answer("")], .malformedAnswer), ([.answer("null")], .malformedAnswer),
            ([.answer("[1]")], .malformedAnswer), ([.answer("{\"a\":")], .malformedAnswer),
            ([.answer("{}{}")], .malformedAnswer), ([.answer("{\"a\":\"\u{1}\"}")], .malformedAnswer),
            ([.answer(String(repeating: "[", count: 100_000))], .answerTooLarge),
            ([.answer(#"{"a":""# + String(repeating: "a", count: 4 << 20) + #""}"#)], .answerTooLarge),
            ([.answer("moved", status: 302)], .malformedAnswer), ([.answer("oops", status: 500)], .serverError),
            ([.answer("404 page not found", status: 404, type: "text/plain")], .unknownType),
            ([.text("SSH-2.0-OpenSSH\r\n"), .close], .malformedAnswer), ([.close], .unreachable),
            ([.text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"), .close], .malformedAnswer),
            ([.streamHead, .chunk("{\"a\":1"), .close], .malformedAnswer),
            ([.streamHead, .chunk([0x22, 0xC3]), .streamEnd], .malformedAnswer),
        ] as [([RawServer.Step], KubernetesError.Code)]
    )
    func answers(steps: [RawServer.Step], code: KubernetesError.Code) async throws {
        try await withClient { request in
            request.line.contains("good") ? [.answer("{}")] : steps
        } _: { client, _ in
            let error = try await #require(throws: KubernetesError.self) {
                _ = try await client.get(.services, "bad", in: "n")
            }
            #expect(error.code == code, "\(error)")
            #expect(error.operation == "get services n/bad")
            #expect(!"\(error)".contains("hush"))
            _ = try await client.get(.services, "good", in: "n")
        }
    }

    @Test("A body without end is given up")
    func endless() async throws {
        let megabyte = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        try await withClient { _ in
            [.streamHead] + [RawServer.Step](repeating: .chunk(megabyte), count: 20)
        } _: { client, _ in
            let error = try await #require(throws: KubernetesError.self) {
                _ = try await client.get(.services, "x", in: "n")
            }
            #expect(error.code == .answerTooLarge)
        }
    }

    @Test("Silence ends with the time limit", arguments: [[], [.streamHead, .chunk("{")]] as [[RawServer.Step]])
    func silence(steps: [RawServer.Step]) async throws {
        try await withClient(timeout: .milliseconds(100)) { _ in
            steps
        } _: { client, server in
            let error = try await #require(throws: KubernetesError.self) {
                _ = try await client.get(.services, "x", in: "n")
            }
            #expect(error.code == .timeout)
            try await eventually("the connection is closed") { server.open == 0 }
        }
    }

    @Test("A cancelled call ends at once")
    func cancellation() async throws {
        try await withClient { _ in
            []
        } _: { client, server in
            let call = Task { try await client.get(.services, "x", in: "n") }
            try await eventually("the request has arrived") { server.requests.count == 1 }
            call.cancel()
            let error = try await #require(throws: KubernetesError.self) { _ = try await call.value }
            #expect(error.code == .cancelled)
            try await eventually("the connection is closed") { server.open == 0 }
        }
    }

    @Test("What goes over the wire")
    func requests() async throws {
        try await withClient { _ in
            [.answer("{}")]
        } _: { client, server in
            try await client.apply(.services, item("a", 1), fieldManager: "me & you", force: true, dryRun: true)
            let request = try #require(server.requests.first)
            #expect(
                request.line
                    == "PATCH /api/v1/namespaces/n/services/a?force=true&fieldManager=me%20%26%20you&dryRun=All"
            )
            #expect(request.head.contains("\r\nauthorization: bearer hush"))
            #expect(request.head.contains("\r\ncontent-type: application/apply-patch+yaml"))
            #expect(
                request.body == """
                    {"apiVersion":"v1","kind":"Service",\
                    "metadata":{"name":"a","namespace":"n","resourceVersion":"1"}}
                    """
            )
            try await client.delete(.services, "a", in: "n", uid: "u")
            #expect(
                server.requests.last?.body == """
                    {"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u"},\
                    "propagationPolicy":"Background"}
                    """
            )
        }
    }

    @Test(
        "Lists that are none",
        arguments: [
            "{}", #"{"metadata":{"resourceVersion":"1"},"items":{}}"#, #"{"items":[]}"#,
            #"{"metadata":{"resourceVersion":"1"},"items":[1]}"#, #"{"metadata":{"resourceVersion":"1"},"items":[{}]}"#,
            #"{"metadata":{"resourceVersion":7},"items":[]}"#, #"{"metadata":{"resourceVersion":"1"},"items":[]"#,
            #"{"metadata":{"resourceVersion":"1"},"items":[]}}"#, #"{"metadata":{"resourceVersion":"1"},"items":[,]}"#,
            #"{"metadata":{"resourceVersion":"1"},"items":null}"#, "<html>", "",
        ]
    )
    func lists(text: String) async throws {
        try await withClient { _ in
            [.answer(text)]
        } _: { client, _ in
            let error = try await #require(throws: KubernetesError.self) { _ = try await client.list(.services) }
            #expect(error.code == .malformedAnswer)
        }
    }

    @Test("A list that must be whole is none with an object that can't be read")
    func unreadable() async throws {
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let item = #"{"metadata":{"name":"a","namespace":"n","resourceVersion":"1"},"spec":\#(deep)}"#
        try await withClient { _ in
            [.answer(#"{"metadata":{"resourceVersion":"1"},"items":[\#(item)]}"#)]
        } _: { client, _ in
            let error = try await #require(throws: KubernetesError.self) { _ = try await client.list(.services) }
            #expect(error.code == .answerTooLarge)
            #expect(error.operation == "read services n/a")
        }
    }
}
