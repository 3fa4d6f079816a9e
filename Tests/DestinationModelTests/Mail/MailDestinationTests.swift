import DestinationModel
import Testing

@Suite("MailDestination")
struct MailDestinationTests {
    static let basic = [
        "Name": "mail", "Type": "MAIL", "ProxyType": "Internet", "Authentication": "BasicAuthentication",
        "mail.user": "anna", "mail.password": "hunter2", "mail.transport.protocol": "smtps",
        "mail.smtps.host": "smtp.example.com", "mail.smtps.auth": "true", "mail.smtps.port": "465",
    ]

    static let oauth = [
        "Name": "mail", "Type": "MAIL", "ProxyType": "Internet", "Authentication": "OAuth2ClientCredentials",
        "mail.user": "anna", "mail.transport.protocol": "smtps", "mail.smtps.host": "smtps",
        "tokenServiceURL": "https://auth.example.com/oauth/token", "clientId": "id", "clientSecret": "hunter2",
    ]

    @Test("A destination with a password")
    func basicAuthentication() throws {
        let destination = try MailDestination(properties: Self.basic)
        let expected = MailDestination(
            name: "mail",
            host: "smtp.example.com",
            authentication: .basic(user: "anna", password: Secret("hunter2"))
        )
        #expect(destination == expected)
        #expect(!"\(destination)".contains("hunter2"))
    }

    @Test(
        "a host is kept as written, with its final dot, but for brackets and the dot of an address",
        arguments: [
            ("mail.example.com.", "mail.example.com."), ("Mail.example.com", "Mail.example.com"), ("[::1]", "::1"),
            ("192.0.2.1.", "192.0.2.1"), ("0x7f.example", "0x7f.example"), ("mail.0xyz", "mail.0xyz"),
        ]
    )
    func host(written: String, host: String) throws {
        let properties = Self.basic.merging(["mail.smtps.host": written]) { $1 }
        #expect(try MailDestination(properties: properties).host == host)
    }

    @Test("Everything that is honoured")
    func everything() throws {
        let more = [
            "mail.smtps.port": "2465", "mail.smtps.localhost": "relay.example.com",
            "mail.smtps.connectiontimeout": "1500", "mail.smtps.timeout": "0",
            "mail.smtps.auth.mechanisms": "login, plain", "mail.smtps.ssl.checkserveridentity": "false",
            "mail.smtps.ssl.protocols": "TLSv1.1 TLSv1.2", "mail.smtps.host": "[::1]", "mail.debug": "x",
        ]
        let destination = try MailDestination(properties: Self.basic.merging(more) { $1 })
        #expect(destination.port == 2465)
        #expect(destination.host == "::1")
        #expect(destination.ehloName == "relay.example.com")
        #expect(destination.connectTimeout == .milliseconds(1500))
        #expect(destination.ioTimeout == nil)
        #expect(destination.mechanisms == ["LOGIN", "PLAIN"])
        #expect(destination.tls == .init(verification: .chainOnly, minimumVersion: .tls12, maximumVersion: .tls12))
    }

    @Test("Only a star turns verification off", arguments: [("*", true), ("smtp.example.com", false), ("true", false)])
    func trust(value: String, turnsOff: Bool) throws {
        let properties = Self.basic.merging(["mail.smtps.ssl.trust": value]) { $1 }
        #expect(try MailDestination(properties: properties).tls.verification == (turnsOff ? .none : .full))
    }

    @Test("a common name counts only where the destination says so", arguments: [("true", true), ("false", false)])
    func commonName(value: String, accepts: Bool) throws {
        #expect(try !MailDestination(properties: Self.basic).tls.acceptsCommonName)
        let properties = Self.basic.merging(["mail.smtps.ssl.acceptcommonname": value]) { $1 }
        #expect(try MailDestination(properties: properties).tls.acceptsCommonName == accepts)
    }

    @Test(
        "No login, with nothing asked for",
        arguments: [["Authentication": "NoAuthentication"], ["mail.smtps.auth": "False"]]
    )
    func noLogin(change: [String: String]) throws {
        var properties = Self.basic.merging(change) { $1 }
        properties["mail.user"] = nil
        properties["mail.password"] = nil
        #expect(try MailDestination(properties: properties).authentication == .none)
    }

    @Test("Client credentials with all that goes with them")
    func clientCredentials() throws {
        let more = [
            "tokenServiceURLType": "Common", "scope": "a b", "tokenServiceUser": "tu", "tokenServicePassword": "tp",
            "tokenServiceURL.headers.X-B": "2", "tokenServiceURL.headers.X-A": "1", "tokenServiceURL.queries.q": "3",
            "tokenService.body.resource": "4", "tokenService.addClientCredentialsInBody": "false",
            "tokenServiceURL.ConnectionTimeoutInSeconds": "7", "tokenServiceURL.SocketReadTimeoutInSeconds": "8",
        ]
        let destination = try MailDestination(properties: Self.oauth.merging(more) { $1 })
        let expected = OAuth2ClientCredentials(
            tokenServiceURL: "https://auth.example.com/oauth/token",
            urlType: .common,
            clientID: "id",
            clientSecret: Secret("hunter2"),
            scope: "a b",
            tokenServiceLogin: .init(user: "tu", password: Secret("tp")),
            headers: [.init(name: "X-A", value: Secret("1")), .init(name: "X-B", value: Secret("2"))],
            queries: [.init(name: "q", value: Secret("3"))],
            bodyParameters: [.init(name: "resource", value: Secret("4"))],
            addsClientCredentialsInBody: false,
            connectTimeout: .seconds(7),
            readTimeout: .seconds(8)
        )
        #expect(destination.authentication == .oauth2ClientCredentials(user: "anna", expected))
        #expect(destination.port == 465)
    }

    @Test("a client secret is sent in plaintext only if the destination allows that in as many words")
    func plaintext() throws {
        let url = ["tokenServiceURL": "http://auth.example.com/oauth/token"]
        let properties = Self.oauth.merging(url) { $1 }
        let error = #expect(throws: MailDestinationError.self) { try MailDestination(properties: properties) }
        #expect(error?.problems.map(\.key) == ["tokenServiceURL"])
        #expect(error?.description.contains("tokenServiceURL.allowPlaintext") == true)
        let allowed = properties.merging(["tokenServiceURL.allowPlaintext": "true"]) { $1 }
        #expect(try MailDestination(properties: allowed).sendsSecretsInPlaintext)
        #expect(try !MailDestination(properties: Self.oauth).sendsSecretsInPlaintext)
    }

    @Test("Numbers and booleans stand for their texts")
    func liberal() throws {
        let json = """
            {"Name": 5, "Type": "MAIL", "ProxyType": "Internet", "Authentication": "NoAuthentication",
             "mail.transport.protocol": "smtps", "mail.smtps.host": "h", "mail.smtps.auth": false,
             "mail.smtps.port": 587, "mail.smtps.localhost": null, "other": {"a": [1]}}
            """
        let destination = try MailDestination(json: json.utf8)
        #expect(destination == MailDestination(name: "5", host: "h", port: 587))
    }
}
