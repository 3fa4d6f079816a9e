import DestinationModel
import DestinationSources
import HTTPTransport
import Logging
import MailSink
import NIOPosix
import Telemetry
import Testing

@testable import Relay

@Suite struct TokenMetricsTests {
    @Test func requestsToTokenServicesAreCountedByResult() async throws {
        let registry = MetricsRegistry()
        let metrics = try TokenMetrics(registry)
        #expect(!Self.exposition(registry).contains("\ntproxy_token_age_seconds "))

        let server = try await TokenServer.start(group: MultiThreadedEventLoopGroup.singleton)
        server.addClient("client", secret: "s3cret", user: "user")
        let client = try HTTPClient()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let tokens = OAuth2TokenProvider(client: client, logger: logger, onFetch: metrics.fetched(_:))
        func key(_ secret: String) -> TokenRequestKey {
            let credentials = OAuth2ClientCredentials(
                tokenServiceURL: server.tokenURL(),
                clientID: "client",
                clientSecret: Secret(secret)
            )
            return TokenRequestKey(credentials: credentials, tenant: nil)
        }

        _ = try await tokens.token(for: key("s3cret"), share: "")
        // From the cache: not a request.
        _ = try await tokens.token(for: key("s3cret"), share: "")
        await #expect(throws: TokenError.self) { try await tokens.token(for: key("wrong"), share: "") }

        let exposition = Self.exposition(registry)
        #expect(exposition.contains("\ntproxy_token_fetches_total{result=\"fetched\"} 1\n"))
        #expect(exposition.contains("\ntproxy_token_fetches_total{result=\"failed\"} 1\n"))
        #expect(exposition.contains("\ntproxy_token_age_seconds "))
        await client.shutdown()
        await server.stop()
    }

    private static func exposition(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.render(), as: UTF8.self)
    }
}
