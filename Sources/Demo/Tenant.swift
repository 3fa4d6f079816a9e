/// One of the demo's two tenants.
struct Tenant {
    enum Login {
        case password
        case clientCredentials
    }

    var name: String
    var login: Login
    /// The mail account that the tenant's mail must leave under.
    var user: String
    /// The account's password, or the OAuth client's secret; made anew for each demo.
    var secret: String

    static func all() -> [Tenant] {
        [
            Tenant(name: "tenant-a", login: .password, user: "tenant-a@mail.example", secret: randomSecret()),
            Tenant(name: "tenant-b", login: .clientCredentials, user: "tenant-b@mail.example", secret: randomSecret()),
        ]
    }

    /// How the login is called in a destination.
    var authentication: String {
        switch login {
        case .password: "BasicAuthentication"
        case .clientCredentials: "OAuth2ClientCredentials"
        }
    }

    var clientID: String { "\(name)-client" }

    private static func randomSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(
            (0..<2).map { _ in String(UInt64.random(in: .min ... .max, using: &generator), radix: 36) }.joined()
        )
    }
}
