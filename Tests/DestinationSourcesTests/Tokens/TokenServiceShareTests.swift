import DestinationModel
import Logging
import Synchronization
import TestSupport
import Testing

@testable import DestinationSources

@Suite("Requests to token services")
struct TokenServiceShareTests {
    /// Token services that don't answer until told to, except one.
    private final class Services: TokenFetcher {
        private let good: String
        private let state = Mutex<(started: Int, waiting: [CheckedContinuation<Void, Never>])>((0, []))

        init(good: String) { self.good = good }

        /// Requests to the silent ones so far.
        var started: Int { state.withLock { $0.started } }

        /// Has the silent services answer what was asked first.
        func answer() { state.withLock { $0.waiting.removeFirst() }.resume() }

        func fetch(_ key: TokenRequestKey, share: String) async throws(TokenError) -> IssuedToken {
            await withCheckedContinuation { continuation in
                let isSilent = key.credentials.tokenServiceURL != good
                if isSilent {
                    state.withLock { state in
                        state.started += 1
                        state.waiting.append(continuation)
                    }
                } else {
                    continuation.resume()
                }
            }
            return IssuedToken(secret: Secret("token"), lifetime: .seconds(100))
        }
    }

    private static func key(_ url: String, _ number: Int = 0) -> TokenRequestKey {
        TokenRequestKey(
            credentials: OAuth2ClientCredentials(
                tokenServiceURL: url,
                clientID: "id-\(number)",
                clientSecret: Secret("hunter2")
            ),
            tenant: "t\(number)"
        )
    }

    private static let good = "https://good.example/token"

    private func provider(_ services: Services) -> OAuth2TokenProvider {
        OAuth2TokenProvider(fetcher: services, logger: LogCollector().logger, now: { .now }, jitter: { 0 })
    }

    @Test("300 silent services of one namespace hold 16 requests, and another namespace gets its token")
    func silentServices() async throws {
        let services = Services(good: Self.good)
        let provider = provider(services)
        try await withThrowingTaskGroup { group in
            for number in 0..<300 {
                group.addTask {
                    let key = Self.key("https://silent-\(number).example/", number)
                    do {
                        _ = try await provider.token(for: key, share: "bad")
                    } catch {
                        #expect((error as? TokenError)?.code == .overloaded)
                    }
                }
            }
            try await eventually("the requests") { services.started == 16 }
            _ = try await provider.token(for: Self.key(Self.good), share: "good")
            #expect(services.started == 16)
            // Those that wait, besides the ones that run.
            for done in 1...(16 + 256) {
                services.answer()
                let expected = min(16 + 256, 16 + done)
                try await eventually("the next request") { services.started == expected }
            }
            try await group.waitForAll()
        }
    }

    @Test("a request that its share has no room for is refused at once")
    func noRoom() async throws {
        let services = Services(good: Self.good)
        let provider = OAuth2TokenProvider(
            fetcher: services,
            logger: LogCollector().logger,
            limits: TokenRequestQueue.Limits(requestsPerShare: 1, waitingPerShare: 0),
            now: { .now },
            jitter: { 0 }
        )
        let error = await #expect(throws: TokenError.self) {
            try await provider.token(for: Self.key("https://silent.example/"), share: "bad")
        }
        #expect(error?.code == .overloaded)
    }
}
