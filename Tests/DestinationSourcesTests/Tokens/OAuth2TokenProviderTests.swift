import DestinationModel
import HTTPTransport
import Logging
import Synchronization
import TestSupport
import Testing

@testable import DestinationSources

@Suite struct OAuth2TokenProviderTests {
    private func with(
        time: ManualTime = ManualTime(),
        log: LogCollector = LogCollector(),
        _ reply: @escaping @Sendable (Int) -> TokenServer.Reply,
        _ body: (TokenServer, OAuth2TokenProvider, TokenRequestKey) async throws -> Void
    ) async throws {
        let count = Counter()
        try await TokenServer.with { _ in
            reply(count.next())
        } _: { server in
            var configuration = HTTPClientConfiguration()
            configuration.proxy = .none
            let client = try HTTPClient(configuration)
            let provider = OAuth2TokenProvider(client: client, logger: log.logger) { time.now }
            try await body(server, provider, key(server.url))
            await client.shutdown()
        }
    }

    private func key(_ url: String, client: String = "id") -> TokenRequestKey {
        TokenRequestKey(
            credentials: OAuth2ClientCredentials(
                tokenServiceURL: url,
                clientID: client,
                clientSecret: Secret("hunter2")
            ),
            tenant: nil
        )
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock { value in
                value += 1
                return value
            }
        }
    }

    private static func token(_ number: Int) -> TokenServer.Reply {
        .init(body: #"{"access_token":"t\#(number)","expires_in":1000}"#)
    }

    @Test("a token service's redirect is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        try await with(Self.token) { other, _, _ in
            let redirect = TokenServer.Reply(status: status, body: "", location: other.url)
            try await with { _ in
                redirect
            } _: { server, provider, key in
                let error = await #expect(throws: TokenError.self) { try await provider.token(for: key) }
                #expect(error?.code == .requestRefused)
                #expect(server.requests.count == 1)
            }
            #expect(other.requests.isEmpty)
        }
    }

    @Test func manyCallersOneRequest() async throws {
        try await with(Self.token) { server, provider, key in
            let tokens = try await withThrowingTaskGroup(of: AccessToken.self) { group in
                for _ in 0..<50 { group.addTask { try await provider.token(for: key) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(tokens.count == 1)
            #expect(server.requests.count == 1)
        }
    }

    @Test func renewedInTheBackgroundAndReplacedAtItsEnd() async throws {
        let time = ManualTime()
        try await with(time: time, Self.token) { server, provider, key in
            let first = try await provider.token(for: key)
            time.advance(.seconds(800))
            #expect(try await provider.token(for: key) == first)
            try await eventually("the new one serves") { try await provider.token(for: key) != first }
            #expect(server.requests.count == 2)
            time.advance(.seconds(1000))
            #expect(try await provider.token(for: key).secret == Secret("t3"))
        }
    }

    @Test func aRefusedTokenIsFetchedAnewOnce() async throws {
        try await with(Self.token) { server, provider, key in
            let first = try await provider.token(for: key)
            let fresh = try await withThrowingTaskGroup(of: AccessToken.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        await provider.invalidate(first, for: key)
                        return try await provider.token(for: key)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(fresh.count == 1)
            #expect(!fresh.contains(first))
            #expect(server.requests.count == 2)
        }
    }

    @Test func aFailingServiceIsNotHammered() async throws {
        let time = ManualTime()
        try await with(time: time) { number in
            number == 1
                ? .init(status: 401, body: #"{"error":"invalid_client","error_description":"hunter2"}"#)
                : Self.token(number)
        } _: { server, provider, key in
            for _ in 0..<10 {
                let error = await #expect(throws: TokenError.self) { try await provider.token(for: key) }
                #expect(error?.code == .credentialsRefused)
                #expect(error?.description.contains("invalid_client") == true)
                #expect(error?.description.contains("hunter2") == false)
            }
            #expect(server.requests.count == 1)
            time.advance(.seconds(11))
            let token = try await provider.token(for: key)
            #expect(token.secret == Secret("t2"))
        }
    }

    @Test func theOldTokenServesWhileTheServiceIsDown() async throws {
        let time = ManualTime()
        let log = LogCollector()
        try await with(time: time, log: log) { number in
            number == 1 ? Self.token(1) : .init(status: 503, body: "")
        } _: { server, provider, key in
            let first = try await provider.token(for: key)
            time.advance(.seconds(800))
            #expect(try await provider.token(for: key) == first)
            try await eventually("the failure is logged") { log.lines.count == 1 }
            #expect(try await provider.token(for: key) == first)
            #expect(server.requests.count == 2)
            #expect(log.lines.allSatisfy { !$0.contains("hunter2") })
        }
    }

    @Test func anOversizedAnswerIsRefused() async throws {
        try await with { _ in
            .init(body: #"{"access_token":"\#(String(repeating: "a", count: 70_000))"}"#)
        } _: { _, provider, key in
            let error = await #expect(throws: TokenError.self) { try await provider.token(for: key) }
            #expect(error?.code == .malformedResponse)
        }
    }

    @Test func anUnreachableServiceIsUnavailable() async throws {
        try await with(Self.token) { _, provider, _ in
            let error = await #expect(throws: TokenError.self) {
                try await provider.token(for: key("http://127.0.0.1:1/token?x=hidden"))
            }
            #expect(error?.code == .serviceUnavailable)
            #expect(error?.description.contains("http://127.0.0.1:1") == true)
            #expect(error?.description.contains("hidden") == false)
        }
    }

    /// Answers when the test lets it.
    private final class HeldFetcher: TokenFetcher {
        private let calls = Mutex(0)
        let gate = AsyncStream.makeStream(of: Void.self)
        var count: Int { calls.withLock { $0 } }

        func fetch(_ key: TokenRequestKey, share: String) async throws(TokenError) -> IssuedToken {
            calls.withLock { $0 += 1 }
            for await _ in gate.stream { break }
            return IssuedToken(secret: Secret("t"), lifetime: .seconds(1000))
        }
    }

    private func provider(_ fetcher: HeldFetcher, maximumTokens: Int = 10) -> OAuth2TokenProvider {
        OAuth2TokenProvider(
            fetcher: fetcher,
            logger: Logger(label: "test"),
            maximumTokens: maximumTokens,
            now: { .now },
            jitter: { 0 }
        )
    }

    @Test func aCancelledWaiterLeavesTheOthersAlone() async throws {
        let fetcher = HeldFetcher()
        let provider = provider(fetcher)
        let key = key("http://127.0.0.1:1")
        let stays = Task { try await provider.token(for: key) }
        let leaves = Task { try await provider.token(for: key) }
        try await eventually("the fetch has begun") { fetcher.count == 1 }
        leaves.cancel()
        let error = await #expect(throws: TokenError.self) { try await leaves.value }
        #expect(error?.code == .cancelled)
        fetcher.gate.continuation.yield()
        #expect(try await stays.value.secret == Secret("t"))
        #expect(fetcher.count == 1)
    }

    @Test func theCacheIsBounded() async throws {
        let fetcher = HeldFetcher()
        let provider = provider(fetcher, maximumTokens: 2)
        for name in ["a", "b", "c"] {
            fetcher.gate.continuation.yield()
            _ = try await provider.token(for: key("http://127.0.0.1:1", client: name))
        }
        // "a" made room and is fetched again; "c" is still there.
        _ = try await provider.token(for: key("http://127.0.0.1:1", client: "c"))
        #expect(fetcher.count == 3)
        fetcher.gate.continuation.yield()
        _ = try await provider.token(for: key("http://127.0.0.1:1", client: "a"))
        #expect(fetcher.count == 4)
    }
}
