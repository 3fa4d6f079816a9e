import DestinationModel
import HTTPTransport
import Logging
import Testing

@testable import DestinationSources

/// What arrives at a real server.
@Suite struct TokenRequestTests {
    private func request(
        tenant: String? = nil,
        _ change: (inout OAuth2ClientCredentials) -> Void
    ) async throws -> TokenServer.Request {
        var seen: TokenServer.Request?
        try await TokenServer.with { _ in
            .init(body: #"{"access_token":"abc"}"#)
        } _: { server in
            var credentials = OAuth2ClientCredentials(
                tokenServiceURL: server.url,
                clientID: "id:1",
                clientSecret: Secret("s ecret+&ä")
            )
            change(&credentials)
            var configuration = HTTPClientConfiguration()
            configuration.proxy = .none
            let client = try HTTPClient(configuration)
            let key = TokenRequestKey(credentials: credentials, tenant: tenant)
            let token = try await OAuth2TokenProvider(client: client, logger: Logger(label: "test")).token(for: key)
            #expect(token.secret == Secret("abc"))
            await client.shutdown()
            seen = server.requests.first
        }
        return try #require(seen)
    }

    @Test("a destination's own time limits are capped")
    func timeLimits() throws {
        let credentials = OAuth2ClientCredentials(
            tokenServiceURL: "https://tokens.example/",
            clientID: "id",
            clientSecret: Secret("secret"),
            connectTimeout: .seconds(86_400),
            readTimeout: .seconds(86_400)
        )
        let timeouts = try TokenRequest(TokenRequestKey(credentials: credentials, tenant: nil)).http.timeouts
        #expect(timeouts.connect == .seconds(30))
        #expect(timeouts.stall == .seconds(60))
        #expect(timeouts.overall == .seconds(150))
    }

    @Test func credentialsInTheBody() async throws {
        let seen = try await request { $0.scope = "a b" }
        #expect(
            seen.body
                == "grant_type=client_credentials&scope=a+b&client_id=id%3A1&client_secret=s+ecret%2B%26%C3%A4"
        )
        #expect(seen.method == "POST")
        #expect(seen.uri == "/oauth/token")
        #expect(seen.header("content-type") == ["application/x-www-form-urlencoded"])
        #expect(seen.header("authorization").isEmpty)
    }

    @Test func credentialsInTheHeader() async throws {
        let seen = try await request { $0.addsClientCredentialsInBody = false }
        #expect(seen.body == "grant_type=client_credentials")
        // id%3A1:s+ecret%2B%26%C3%A4
        #expect(seen.header("authorization") == ["Basic aWQlM0ExOnMrZWNyZXQlMkIlMjYlQzMlQTQ="])
    }

    @Test(
        "a basic login that had to be encoded says so, unless the destination has its own word for it",
        arguments: [("sb-app!t1", nil, ["true"]), ("sb-app", nil, []), ("sb-app!t1", "false", ["false"])]
            as [(String, String?, [String])]
    )
    func encodedCredentials(clientID: String, own: String?, expected: [String]) async throws {
        let name = "X-CF-ENCODED-CREDENTIALS"
        let seen = try await request {
            ($0.clientID, $0.clientSecret) = (clientID, Secret("plain"))
            $0.addsClientCredentialsInBody = false
            $0.headers = own.map { [.init(name: name.lowercased(), value: Secret($0))] } ?? []
        }
        #expect(seen.header(name) == expected)
    }

    @Test("a login of the token service, and a client in the body, are not said to be encoded")
    func plainCredentials() async throws {
        let login = try await request {
            $0.addsClientCredentialsInBody = false
            $0.tokenServiceLogin = .init(user: "sb-app!t1", password: Secret("p"))
        }
        #expect(login.header("x-cf-encoded-credentials").isEmpty)
        #expect(try await request { $0.clientID = "sb-app!t1" }.header("x-cf-encoded-credentials").isEmpty)
    }

    @Test func aLoginOfTheTokenService() async throws {
        let seen = try await request { $0.tokenServiceLogin = .init(user: "u", password: Secret("p")) }
        #expect(seen.header("authorization") == ["Basic dTpw"])
        #expect(seen.body.contains("client_secret="))
    }

    @Test func extraHeadersQueriesAndParameters() async throws {
        let seen = try await request {
            $0.headers = [.init(name: "X-Zone", value: Secret("z"))]
            $0.queries = [.init(name: "q 1", value: Secret("a&b"))]
            $0.bodyParameters = [
                .init(name: "resource", value: Secret("https://r")), .init(name: "grant_type", value: Secret("mine")),
            ]
            $0.addsClientCredentialsInBody = false
        }
        #expect(seen.header("x-zone") == ["z"])
        #expect(seen.uri == "/oauth/token?q+1=a%26b")
        #expect(seen.body == "resource=https%3A%2F%2Fr&grant_type=mine")
    }

    @Test(arguments: [("?a=b", "/oauth/token?a=b&q=1"), ("?", "/oauth/token?q=1"), ("#f", "/oauth/token?q=1")])
    func queriesJoinWhatTheURLHas(suffix: String, uri: String) async throws {
        let seen = try await request {
            $0.tokenServiceURL += suffix
            $0.queries = [.init(name: "q", value: Secret("1"))]
        }
        #expect(seen.uri == uri)
    }

    @Test func theTenantGoesIntoACommonURL() async throws {
        let seen = try await request(tenant: "tenant-a") {
            $0.urlType = .common
            $0.tokenServiceURL += "/{tenant}"
        }
        #expect(seen.uri == "/oauth/token/tenant-a")
    }

    @Test(arguments: [nil, "a.evil.example", "a/b", ""] as [String?])
    func aCommonURLNeedsAUsableTenant(tenant: String?) {
        let credentials = OAuth2ClientCredentials(
            tokenServiceURL: "https://auth.example.com",
            urlType: .common,
            clientID: "id",
            clientSecret: Secret("s")
        )
        let error = #expect(throws: TokenError.self) {
            try TokenRequest(TokenRequestKey(credentials: credentials, tenant: tenant))
        }
        #expect(error?.code == .tenantNeeded)
    }
}
