import DestinationModel
import ObjectModel
import Testing
import YAML

@Suite("MailDestination's problems")
struct MailDestinationProblemTests {
    typealias Code = MailDestinationError.Problem.Code

    private func problems(_ properties: [String: String]) -> [MailDestinationError.Problem] {
        do throws(MailDestinationError) {
            _ = try MailDestination(properties: properties)
            return []
        } catch {
            return error.problems
        }
    }

    static let single: [(key: String, value: String?, code: Code)] = [
        ("Name", nil, .missing),
        ("Type", nil, .missing),
        ("Type", "HTTP", .notSupported),
        ("ProxyType", "OnPremise", .notSupported),
        ("mail.transport.protocol", "smtp", .notSupported),
        ("mail.transport.protocol", " ", .missing),
        ("Authentication", nil, .missing),
        ("Authentication", "OAuth2RefreshToken", .notSupported),
        ("Authentication", "OAuth2AuthorizationCode", .notSupported),
        ("Authentication", "Basic", .notSupported),
        ("mail.user", nil, .missing),
        ("mail.user", "<username>", .placeholder),
        ("mail.user", "a\u{1}auth=b", .forbiddenCharacter),
        ("mail.password", "", .missing),
        ("mail.password", "<password>", .placeholder),
        ("mail.password", "a\nb", .forbiddenCharacter),
        ("mail.password", "a\u{0}b", .forbiddenCharacter),
        ("mail.smtps.host", nil, .missing),
        ("mail.smtps.host", "a\r\nb", .forbiddenCharacter),
        ("mail.smtps.host", "https://a", .invalidValue),
        ("mail.smtps.host", "a:465", .invalidValue),
        ("mail.smtps.host", "10.0.0.256", .invalidValue),
        ("mail.smtps.host", "0x7f000001", .invalidValue),
        ("mail.smtps.host", "0X7F.0.0.0x1.", .invalidValue),
        ("mail.smtps.host", "127.1", .invalidValue),
        ("mail.smtps.host", "0177.0.0.1", .invalidValue),
        ("mail.smtps.host", "2130706433", .invalidValue),
        ("mail.smtps.host", "127.0.0.1%lo", .invalidValue),
        ("mail.smtps.host", "fe80::1%eth0", .invalidValue),
        ("mail.smtps.host", "a..b", .invalidValue),
        ("mail.smtps.host", "[::1", .invalidValue),
        ("mail.smtps.host", "mäil.example", .invalidValue),
        ("mail.smtps.port", "0", .invalidValue),
        ("mail.smtps.port", "65536", .invalidValue),
        ("mail.smtps.port", "99999999999999999999", .invalidValue),
        ("mail.smtps.port", "smtps", .invalidValue),
        ("mail.smtps.auth", "yes", .invalidValue),
        ("mail.smtps.localhost", "a b", .invalidValue),
        ("mail.smtps.localhost", "a\r\nRSET", .forbiddenCharacter),
        ("mail.smtps.timeout", "soon", .invalidValue),
        ("mail.smtps.auth.mechanisms", "XOAUTH2", .notSupported),
        ("mail.smtps.ssl.checkserveridentity", "no", .invalidValue),
        ("mail.smtps.ssl.acceptcommonname", "yes", .invalidValue),
        ("mail.smtps.ssl.protocols", "TLSv1 TLSv1.1", .notSupported),
        ("mail.smtps.ssl.protocols", "TLS 1.2", .invalidValue),
    ]

    @Test("One fault, one problem", arguments: single)
    func oneFault(key: String, value: String?, code: Code) {
        var properties = MailDestinationTests.basic
        properties[key] = value
        let problems = problems(properties)
        #expect(problems.map(\.code) == [code])
        #expect(problems.first?.key == key)
        #expect(problems.allSatisfy { !$0.message.contains("\n") && !$0.message.hasSuffix(".") })
    }

    static let oauth: [(key: String, value: String?, code: Code)] = [
        ("tokenServiceURL", nil, .missing),
        ("tokenServiceURL", "ftp://a/b", .invalidValue),
        ("tokenServiceURL", "auth.example.com", .invalidValue),
        ("tokenServiceURL", "https://", .invalidValue),
        ("tokenServiceURL", "http://auth.example.com/", .invalidValue),
        ("tokenServiceURL", "HTTP://127.0.0.1/", .invalidValue),
        ("tokenServiceURL.allowPlaintext", "yes", .invalidValue),
        ("tokenServiceURL", "https://a:b@c/", .invalidValue),
        ("tokenServiceURL", "https://a b/", .invalidValue),
        ("tokenServiceURL", "https://a:0/", .invalidValue),
        ("tokenServiceURL", "https://0x7f000001/", .invalidValue),
        ("tokenServiceURL", "https://2130706433:443/", .invalidValue),
        ("tokenServiceURL", "https://127.1./", .invalidValue),
        ("tokenServiceURL", "https://{tenant}.a/", .invalidValue),
        ("tokenServiceURL", "<token-service-url>", .placeholder),
        ("tokenServiceURLType", "Shared", .invalidValue),
        ("clientId", nil, .missing),
        ("clientSecret", nil, .missing),
        ("clientSecret", "a\nb", .forbiddenCharacter),
        ("clientSecret", "<client-secret>", .placeholder),
        ("tokenServiceUser", "a", .missing),
        ("tokenServicePassword", "a", .missing),
        ("tokenServiceURL.headers.X A", "1", .invalidValue),
        ("tokenServiceURL.headers.X-A", "1\r\nX: y", .forbiddenCharacter),
        ("tokenService.addClientCredentialsInBody", "0", .invalidValue),
        ("tokenServiceURL.ConnectionTimeoutInSeconds", "-1", .invalidValue),
        ("mail.smtps.auth.mechanisms", "PLAIN LOGIN", .notSupported),
    ]

    @Test("One fault in an OAuth destination, one problem", arguments: oauth)
    func oneOAuthFault(key: String, value: String?, code: Code) {
        var properties = MailDestinationTests.oauth
        properties[key] = value
        #expect(problems(properties).map(\.code) == [code])
    }

    @Test(
        "A credential has at most 4096 bytes, and the problem doesn't show it",
        arguments: [
            (MailDestinationTests.basic, "mail.user"), (MailDestinationTests.basic, "mail.password"),
            (MailDestinationTests.oauth, "mail.user"), (MailDestinationTests.oauth, "clientId"),
            (MailDestinationTests.oauth, "clientSecret"),
            (MailDestinationTests.oauth.merging(["tokenServicePassword": "p"]) { $1 }, "tokenServiceUser"),
            (MailDestinationTests.oauth.merging(["tokenServiceUser": "u"]) { $1 }, "tokenServicePassword"),
        ]
    )
    func longCredentials(properties: [String: String], key: String) {
        var properties = properties
        properties[key] = String(repeating: "\u{E4}", count: 2048)
        #expect(problems(properties).isEmpty)
        properties[key] = String(repeating: "x", count: 4097)
        let found = problems(properties)
        #expect(found.map(\.description) == ["\(key): must have at most 4096 bytes"])
        #expect(found.map(\.code) == [.invalidValue])
    }

    @Test("All problems are told at once, and none shows a secret")
    func allAtOnce() {
        let properties = MailDestinationTests.basic.merging([
            "Type": "HTTP", "mail.smtps.port": "x", "mail.user": "", "mail.password": "hunter2\n",
        ]) { $1 }
        let problems = problems(properties)
        #expect(problems.map(\.key) == ["Type", "mail.password", "mail.smtps.port", "mail.user"])
        #expect(!"\(MailDestinationError(problems: problems))".contains("hunter2"))
    }

    @Test("The documented sample as it is: every placeholder is named with its place")
    func sample() throws {
        let sample = """
            {
                    "Name": "example-dest-smtps",
                    "Type": "MAIL",
                    "Authentication": "BasicAuthentication",
                    "mail.user": <username>,
                    "mail.password": <password>,
                    "mail.transport.protocol": "smtps",
                    "mail.smtps.host": "smtp.gmail.com",
                    "mail.smtps.auth": "true",
                    "mail.smtps.port": "465",
                    "ProxyType": "Internet"
            }
            """
        let error = try #require(throws: MailDestinationError.self) { try MailDestination(json: sample.utf8) }
        #expect(error.problems.map(\.code) == [.placeholder, .placeholder])
        #expect(error.problems.map(\.key) == ["mail.user", "mail.password"])
        #expect(error.problems.map(\.position?.description) == ["5:22", "6:26"])
        let filled = sample.replacing("<username>", with: "\"anna\"").replacing("<password>", with: "\"hunter2\"")
        #expect(try MailDestination(json: filled.utf8).host == "smtp.gmail.com")
    }

    @Test("The documented OAuth sample as it is")
    func oauthSample() throws {
        let sample = """
            {
                    "Name": "example-dest-smtps",
                    "Type": "MAIL",
                    "Authentication": "OAuth2ClientCredentials",
                    "mail.user": <username>,
                    "mail.transport.protocol": "smtps",
                    "mail.smtps.host": "smtps",
                    "mail.smtps.auth": "true",
                    "mail.smtps.port": "465",
                    "ProxyType": "Internet", 
                    "tokenServiceURL": <token-service-url>,
                    "clientId": <client-id>,
                    "clientSecret": <client-secret>,
                    "tokenServiceURLType": "Dedicated"
            }
            """
        let error = try #require(throws: MailDestinationError.self) { try MailDestination(json: sample.utf8) }
        #expect(error.problems.map(\.key) == ["mail.user", "tokenServiceURL", "clientId", "clientSecret"])
        #expect(error.problems.allSatisfy { $0.code == .placeholder })
    }

    @Test("What is no object", arguments: ["[]", "\"a\"", "null", "{", "", "{\"a\": hunter2}"])
    func malformed(text: String) throws {
        let error = try #require(throws: MailDestinationError.self) { try MailDestination(json: text.utf8) }
        #expect(error.problems.map(\.code) == [.malformed])
        #expect(error.problems.first?.position != nil)
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test("An array where a text belongs")
    func wrongType() throws {
        let tree = ObjectValue.object(
            MailDestinationTests.basic.mapValues(ObjectValue.string).merging(["mail.user": .array([])]) { $1 }
        )
        let error = try #require(throws: MailDestinationError.self) { try MailDestination(ObjectDocument(tree)) }
        #expect(error.problems.map(\.code) == [.wrongType])
    }
}
