import FoundationEssentials

/// A MAIL destination as the BTP cockpit exports it: flat, every value a string.
struct MailDestination: Sendable {
    /// The name under which tests that don't care refer to their destination.
    static let name = "example-dest-smtps"

    private(set) var properties: [String: String]

    private init(authentication: String, port: Int) {
        self.properties = [
            "Name": Self.name,
            "Type": "MAIL",
            "ProxyType": "Internet",
            "Authentication": authentication,
            "mail.transport.protocol": "smtps",
            "mail.smtps.host": "localhost",
            "mail.smtps.port": "\(port)",
            "mail.smtps.auth": authentication == "NoAuthentication" ? "false" : "true",
        ]
    }

    static func basic(_ account: MailAccount, port: Int) -> MailDestination {
        MailDestination(authentication: "BasicAuthentication", port: port)
            .setting("mail.user", account.user)
            .setting("mail.password", account.password)
    }

    static func open(port: Int) -> MailDestination {
        MailDestination(authentication: "NoAuthentication", port: port)
    }

    /// - Parameter tokenURL: with the placeholder `{tenant}` in it, each tenant's own.
    static func oauth(_ account: MailAccount, tokenURL: String, port: Int) -> MailDestination {
        MailDestination(authentication: "OAuth2ClientCredentials", port: port)
            .setting("mail.user", account.user)
            .setting("clientId", account.user)
            .setting("clientSecret", account.password)
            .setting("tokenServiceURL", tokenURL)
            .setting("tokenServiceURLType", tokenURL.contains("{tenant}") ? "Common" : "Dedicated")
    }

    /// The destination with one more key.
    func setting(_ key: String, _ value: String) -> MailDestination {
        var copy = self
        copy.properties[key] = value
        return copy
    }

    var json: String {
        get throws { try String(decoding: JSONEncoder().encode(self.properties), as: UTF8.self) }
    }
}
