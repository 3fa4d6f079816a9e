import HTTPTransport
import Synchronization
import TestSupport
import Testing

@Suite("Names that the client's own function looks up")
struct HTTPNameLookupTests {
    private typealias Failure = HTTPClientConfiguration.LookUpFailure

    @Test("the request goes to the addresses that are found, for the name as it is written", arguments: ["", "."])
    func addresses(finalDot: String) async throws {
        try await TestServer.with { _ in
            .answer(body: "here")
        } _: { server in
            let asked = Mutex<[String]>([])
            try await withClient { configuration in
                configuration.lookUp = { host, share, completion in
                    asked.withLock { $0.append("\(host) for \(share)") }
                    completion(.success([[127, 0, 0, 1]]))
                    return {}
                }
            } _: { client in
                let url = "http://auth.example\(finalDot):\(server.port)/"
                let response = try await client.execute(HTTPRequest(url: url, share: "shop"))
                #expect(response.status == 200)
            }
            #expect(asked.withLock { $0 } == ["auth.example\(finalDot) for shop"])
        }
    }

    @Test("an address is not looked up")
    func address() async throws {
        try await TestServer.with { _ in
            .answer(body: "here")
        } _: { server in
            try await withClient { configuration in
                configuration.lookUp = { _, _, completion in
                    completion(.failure(Failure("asked")))
                    return {}
                }
            } _: { client in
                let response = try await client.execute(HTTPRequest(url: server.url))
                #expect(response.status == 200)
            }
        }
    }

    @Test("a name without addresses fails with what the function says")
    func failure() async throws {
        try await withClient { configuration in
            configuration.lookUp = { _, _, completion in
                completion(.failure(Failure("no_answer")))
                return {}
            }
        } _: { client in
            let error = try await httpError {
                _ = try await client.execute(HTTPRequest(url: "http://auth.example/"))
            }
            #expect(error?.code == .resolve)
            #expect(error?.detail == "no_answer")
        }
    }

    @Test(
        "a look-up that takes too long is withdrawn, as is that of a task that is cancelled",
        arguments: [true, false]
    )
    func silence(isCancelled: Bool) async throws {
        let asked = Mutex(0)
        let withdrawn = Mutex(0)
        try await withClient { configuration in
            configuration.lookUp = { _, _, _ in
                asked.withLock { $0 += 1 }
                return { withdrawn.withLock { $0 += 1 } }
            }
        } _: { client in
            let limit = HTTPTimeouts(connect: isCancelled ? .seconds(60) : .milliseconds(50))
            let task = Task {
                try await httpError {
                    _ = try await client.execute(HTTPRequest(url: "http://auth.example/", timeouts: limit))
                }
            }
            try await eventually("the question") { asked.withLock { $0 } == 1 }
            if isCancelled { task.cancel() }
            #expect(try await task.value?.code == (isCancelled ? .cancelled : .connectTimeout))
            #expect(withdrawn.withLock { $0 } == 1)
        }
    }

    @Test("a proxy looks the name up")
    func proxy() async throws {
        try await TestServer.with { _ in
            .answer(body: "through the proxy")
        } _: { server in
            try await withClient { configuration in
                configuration.proxy = .url(server.url)
                configuration.lookUp = { _, _, completion in
                    completion(.failure(Failure("asked")))
                    return {}
                }
            } _: { client in
                let response = try await client.execute(HTTPRequest(url: "http://auth.example/"))
                #expect(String(decoding: response.body, as: UTF8.self) == "through the proxy")
            }
        }
    }
}
