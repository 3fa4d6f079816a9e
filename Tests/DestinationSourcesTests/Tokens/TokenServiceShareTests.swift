import DestinationModel
import Logging
import Synchronization
import TestSupport
import Testing

@testable import DestinationSources

@Suite("Requests to one token service")
struct TokenServiceShareTests {
    /// Token services of which one doesn't answer until it's told to.
    private final class Services: TokenFetcher {
        private let silent: String
        private let state = Mutex<(started: [String: Int], waiting: [CheckedContinuation<Void, Never>])>(([:], []))

        init(silent: String) { self.silent = silent }

        func started(_ service: String) -> Int { state.withLock { $0.started[service, default: 0] } }

        /// Has the silent service answer what it was asked first.
        func answer() { state.withLock { $0.waiting.removeFirst() }.resume() }

        func fetch(_ key: TokenRequestKey) async throws(TokenError) -> IssuedToken {
            await withCheckedContinuation { continuation in
                let isSilent = state.withLock { state in
                    state.started[key.service, default: 0] += 1
                    if key.service == silent { state.waiting.append(continuation) }
                    return key.service == silent
                }
                if !isSilent { continuation.resume() }
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

    @Test("a service that doesn't answer holds 16 requests, and others get their tokens")
    func silent() async throws {
        let services = Services(silent: "silent.example")
        let provider = OAuth2TokenProvider(
            fetcher: services,
            logger: LogCollector().logger,
            now: { .now },
            jitter: { 0 }
        )
        let count = OAuth2TokenProvider.maximumFetchesPerService + 4
        try await withThrowingTaskGroup { group in
            for number in 0..<count {
                group.addTask {
                    _ = try await provider.token(for: Self.key("https://silent.example/\(number)", number))
                }
            }
            try await eventually("the requests") { services.started("silent.example") == 16 }
            _ = try await provider.token(for: Self.key("https://good.example/token"))
            #expect(services.started("silent.example") == 16)
            for done in 1...count {
                services.answer()
                let expected = min(count, 16 + done)
                try await eventually("the next request") { services.started("silent.example") == expected }
            }
            try await group.waitForAll()
        }
    }

    @Test(
        "a service is told by the name and port in its URL",
        arguments: [
            ("https://Auth.Example/oauth/token", "auth.example"),
            ("https://auth.example:8443?a=b", "auth.example:8443"),
            ("https://{tenant}.auth.example/x", "{tenant}.auth.example"),
        ]
    )
    func service(url: String, service: String) {
        #expect(Self.key(url).service == service)
    }
}
