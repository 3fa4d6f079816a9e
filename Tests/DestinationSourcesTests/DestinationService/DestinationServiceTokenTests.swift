import DestinationModel
import MailSink
import TestSupport
import Testing

@testable import DestinationSources

/// Tokens that come with a destination.
@Suite struct DestinationServiceTokenTests {
    private func oauth(_ url: String) -> [String: String] {
        mailProperties(
            host: "a.example.com",
            [
                "Authentication": "OAuth2ClientCredentials", "tokenServiceURL": url, "clientId": "c",
                "clientSecret": "hunter2", "tokenServiceURL.allowPlaintext": "true",
            ]
        )
    }

    private func key(_ found: ResolvedDestination, _ tenant: String? = nil) throws -> TokenRequestKey {
        guard case .oauth2ClientCredentials(_, let credentials) = found.destination.authentication else {
            throw DestinationLookupError(.malformed, reference())
        }
        return TokenRequestKey(credentials: credentials, tenant: tenant)
    }

    @Test func theTokenThatComesWithItServes() async throws {
        try await ServiceBench.with { bench in
            let properties = oauth("https://127.0.0.1:1/token")
            let list = #"[{"type":"Bearer","value":"from-the-service","expires_in":"3600"}]"#
            bench.server.setDestination(properties, tenant: "tenant-a", authTokens: list)
            let found = try await bench.source.resolve(reference("mail", "tenant-a"))
            let key = try key(found, "tenant-a")
            let token = try await bench.tokens.token(for: key)
            #expect(token.secret == Secret("from-the-service"))
            // Each look-up brings the service's latest; the destination is the same, so no session is retired for it.
            let next = #"[{"type":"Bearer","value":"the-next","expires_in":"7200"}]"#
            bench.server.setDestination(properties, tenant: "tenant-a", authTokens: next)
            bench.time.advance(.seconds(120))
            #expect(try await bench.source.resolve(reference("mail", "tenant-a")).generation == found.generation)
            #expect(try await bench.tokens.token(for: key).secret == Secret("the-next"))
            // The mail server refuses it: our own request is made, here in vain, and the same is not taken again.
            let refused = try await bench.tokens.token(for: key)
            let error = await #expect(throws: TokenError.self) {
                try await bench.tokens.token(for: key, insteadOf: refused)
            }
            #expect(error?.code == .serviceUnavailable)
            bench.time.advance(.seconds(120))
            _ = try await bench.source.resolve(reference("mail", "tenant-a"))
            await #expect(throws: TokenError.self) { try await bench.tokens.token(for: key) }
        }
    }

    @Test("a destination without a client secret has the tokens that come with it, and no other is asked for")
    func tokensWithoutAClientSecret() async throws {
        try await ServiceBench.with { bench in
            try await TokenServer.with { _ in
                .init(body: #"{"access_token":"our-own","expires_in":3600}"#)
            } _: { tokenServer in
                var properties = oauth(tokenServer.url)
                properties["clientSecret"] = nil
                let list = #"[{"type":"JWT","value":"from-the-service","expires_in":"100"}]"#
                bench.server.setDestination(properties, authTokens: list)
                let key = try key(try await bench.source.resolve(reference()))
                let token = try await bench.tokens.token(for: key)
                #expect(token.secret == Secret("from-the-service"))
                let refused = await #expect(throws: TokenError.self) {
                    try await bench.tokens.token(for: key, insteadOf: token)
                }
                #expect(refused?.code == .clientSecretMissing)
                bench.server.setDestination(properties, authTokens: list.replacing("from", with: "next-from"))
                bench.time.advance(.seconds(120))
                _ = try await bench.source.resolve(reference())
                try await eventually("the next token serves") {
                    (try? await bench.tokens.token(for: key))?.secret == Secret("next-from-the-service")
                }
                #expect(tokenServer.requests.isEmpty)
            }
        }
    }

    @Test func whereTheServiceHasNoTokenOursIsFetched() async throws {
        try await ServiceBench.with { bench in
            try await TokenServer.with { _ in
                .init(body: #"{"access_token":"our-own","expires_in":3600}"#)
            } _: { tokenServer in
                let list = #"[{"type":"","value":"","expires_in":"0","error":"refused, hunter2 was wrong"}]"#
                bench.server.setDestination(oauth(tokenServer.url), authTokens: list)
                let found = try await bench.source.resolve(reference())
                // Once, however often it is looked up.
                bench.time.advance(.seconds(120))
                _ = try await bench.source.resolve(reference())
                #expect(bench.log.lines.count { $0.contains("can't fetch the destination's token") } == 1)
                #expect(bench.log.lines.allSatisfy { !$0.contains("hunter2") })
                let token = try await bench.tokens.token(for: try key(found))
                #expect(token.secret == Secret("our-own"))
            }
        }
    }
}
