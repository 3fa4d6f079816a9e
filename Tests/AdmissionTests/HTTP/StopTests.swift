import ObjectModel
import TestSupport
import Testing

@testable import Admission

@Suite("Stopping")
struct StopTests {
    private static let good = Reviews.review().json()

    @Test("Once the server is told to stop, each answer is the last on its connection, and new ones are taken")
    func lastAnswers() async throws {
        try await withServer { server in
            let early = try await server.connect()
            early.send(RawClient.post(Self.good))
            #expect(try await !early.nextAnswer().isLast)
            server.stop.set()
            early.send(RawClient.post(Self.good))
            let answer = try await early.nextAnswer()
            #expect(answer.isAllowed == true && answer.isLast)
            try await early.end()
            #expect(early.hasGoodbye)
            let late = try await server.connect()
            late.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await late.nextAnswer().status == 503)
        }
    }

    @Test("In the end idle connections are closed politely, and requests that have begun are answered")
    func shutdown() async throws {
        try await withServer { server in
            let idle = try await server.connect()
            let half = try await server.connect()
            let busy = try await server.connect()
            let request = RawClient.post(Self.good)
            half.send(Array(request.prefix(20)))
            busy.send(Array(request.dropLast(1)))
            try await eventually("the requests have arrived") {
                server.judge.metric("tproxy_admission_connections") == "3"
                    && !server.hasRoom(for: server.environment.limits.bodies)
            }
            async let done: Void = server.server.shutdown(grace: .seconds(20))
            try await idle.end()
            #expect(idle.hasGoodbye && idle.received.isEmpty)
            await idle.close()
            half.send(Array(request.dropFirst(20)))
            busy.send(Array(request.suffix(1)))
            #expect(try await half.nextAnswer().isLast)
            #expect(try await busy.nextAnswer().isAllowed == true)
            await half.close()
            await busy.close()
            await done
            await #expect(throws: (any Error).self) { try await server.connectPlainly() }
        }
    }

    @Test("Whoever doesn't come to an end is cut off")
    func grace() async throws {
        try await withServer { server in
            let client = try await server.connect()
            client.send("POST /validate HTTP/1.1\r\n")
            await server.server.shutdown(grace: .milliseconds(100))
            try await client.end()
            #expect(!client.hasGoodbye || client.received.isEmpty)
        }
    }
}
