import DestinationModel
import Testing

@Suite("The token service's URL for a tenant")
struct TokenServiceURLTests {
    @Test(
        arguments: [
            (.dedicated, "https://a.example.com/x", "t", "https://a.example.com/x"),
            (.dedicated, "https://a.example.com/x", nil, "https://a.example.com/x"),
            (.common, "https://auth.example.com/x", "mytenant", "https://mytenant.auth.example.com/x"),
            (.common, "https://{tenant}.example.com/{tenant}/x", "t", "https://t.example.com/t/x"),
            (.common, "https://auth.example.com/x?zone={tenant}", "t", "https://auth.example.com/x?zone=t"),
            (.common, "https://auth.example.com/x", nil, nil),
            (.common, "https://auth.example.com/x", "evil.org/", nil),
            (.common, "https://auth.example.com/x", "evil.org", nil),
            (.common, "https://auth.example.com/x", "", nil),
        ] as [(OAuth2ClientCredentials.URLType, String, String?, String?)]
    )
    func url(type: OAuth2ClientCredentials.URLType, url: String, tenant: String?, expected: String?) {
        let credentials = OAuth2ClientCredentials(
            tokenServiceURL: url,
            urlType: type,
            clientID: "id",
            clientSecret: Secret("s")
        )
        #expect(credentials.url(tenant: tenant) == expected)
    }
}
