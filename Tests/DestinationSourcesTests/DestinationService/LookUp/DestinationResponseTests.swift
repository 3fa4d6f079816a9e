import DestinationModel
import HTTPTransport
import Testing

@testable import DestinationSources

@Suite struct DestinationResponseTests {
    private static let basic = #"""
        "Name":"mail","Type":"MAIL","ProxyType":"Internet","Authentication":"BasicAuthentication",
        "mail.transport.protocol":"smtps","mail.smtps.host":"mx.example.com","mail.user":"u","mail.password":"hunter2"
        """#
    private static let oauth = #"""
        "Name":"mail","Type":"MAIL","ProxyType":"Internet","Authentication":"OAuth2ClientCredentials",
        "mail.transport.protocol":"smtps","mail.smtps.host":"mx.example.com","mail.user":"u",
        "tokenServiceURL":"https://t.example.com/token","clientId":"c","clientSecret":"hunter2"
        """#

    private func read(_ body: String, status: Int = 200, headers: HTTPHeaders = HTTPHeaders()) throws
        -> FoundDestination
    {
        try DestinationResponse.destination(
            HTTPResponse(status: status, headers: headers, body: Array(body.utf8)),
            for: DestinationReference(destination: "mail", instance: "i")
        )
    }

    private static func answer(_ configuration: String, _ rest: String = "") -> String {
        #"{"owner":{"SubaccountId":"s","InstanceId":null},"destinationConfiguration":{\#(configuration)}\#(rest)}"#
    }

    @Test func aDestinationAsDocumented() throws {
        let found = try read(Self.answer(Self.basic, #","authTokens":[],"certificates":[{"Name":"x","Content":"y"}]"#))
        #expect(found.destination.host == "mx.example.com")
        #expect(found.destination.authentication == .basic(user: "u", password: Secret("hunter2")))
        #expect(found.token == nil)
    }

    /// Bodies that are no answer of the service's.
    @Test(
        arguments: [
            "", " ", "<html>hunter2</html>", "null", "[]", "7", "\"x\"", "{}", "{",
            #"{"destinationConfiguration":null}"#,
            #"{"destinationConfiguration":[]}"#, #"{"destinationConfiguration":"x"}"#,
            #"{"destinationConfiguration":{}}"#, #"{"destinationConfiguration":{"Name":7}}"#,
            #"{"destinationConfiguration":{"Name":"another"}}"#,
            #"{"destinationConfiguration":{},"destinationConfiguration":{}}"#,
            String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 5000),
            "{\"destinationConfiguration\":\u{0}}",
        ]
    )
    func whatIsNoAnswer(body: String) {
        let error = #expect(throws: LookUpFailure.self) { try read(body) }
        #expect(error?.code == .malformedAnswer)
        #expect(error?.detail?.contains("hunter2") != true)
    }

    static let unusable: [(String, String, DestinationLookupError.Code)] = [
        (#""Type":"MAIL""#, #""Type":"HTTP""#, .typeNotSupported),
        (#""ProxyType":"Internet""#, #""ProxyType":"OnPremise""#, .proxyTypeNotSupported),
        (#""Type":"MAIL""#, #""Type":["MAIL"]"#, .malformed),
        (#""mail.smtps.host":"mx.example.com""#, #""mail.smtps.host":{"a":1}"#, .malformed),
        (#""mail.smtps.host":"mx.example.com""#, #""mail.smtps.host":"a\r\nb""#, .malformed),
        (#""mail.password":"hunter2""#, #""mail.password":"hunter2\nx""#, .malformed),
        (#""mail.user":"u""#, #""mail.user":null"#, .malformed),
    ]

    @Test(arguments: unusable.indices) func whatCannotBeServed(index: Int) {
        let (good, bad, code) = Self.unusable[index]
        let body = Self.answer(Self.basic.replacing(good, with: bad))
        let error = #expect(throws: LookUpFailure.self) { try read(body) }
        #expect(error?.code == code)
        #expect(error?.findings.isEmpty == (code != .malformed))
        let text =
            error?.error(DestinationReference(destination: "mail", instance: "i"), DestinationOrigin("o")).description
            ?? ""
        #expect(!text.contains("hunter2"))
    }

    static let refusals: [(Int, HTTPHeaders, String, DestinationLookupError.Code)] = [
        (401, [:], "", .credentialsRefused), (403, [:], "", .credentialsRefused),
        (404, [:], #"{"ErrorMessage":"not found"}"#, .noSuchDestination), (404, [:], "", .noSuchDestination),
        (404, [:], "<html>", .malformedAnswer), (404, [:], "404 Not Found: Requested route", .malformedAnswer),
        (404, ["X-Cf-RouterError": "unknown_route"], "{}", .malformedAnswer),
        (301, ["Location": "https://evil.example.com/?hunter2"], "", .malformedAnswer),
        (204, [:], "", .malformedAnswer),
        (400, [:], "", .malformedAnswer), (418, [:], "", .malformedAnswer), (408, [:], "", .serviceUnavailable),
        (429, [:], "", .serviceUnavailable), (500, [:], "", .serviceUnavailable), (502, [:], "", .serviceUnavailable),
        (503, [:], "", .serviceUnavailable), (599, [:], "", .serviceUnavailable),
    ]

    @Test(arguments: refusals.indices) func whatIsRefused(index: Int) {
        let (status, headers, body, code) = Self.refusals[index]
        let error = #expect(throws: LookUpFailure.self) { try read(body, status: status, headers: headers) }
        #expect(error?.code == code)
        #expect(error?.detail?.contains("hunter2") != true)
        #expect(error?.isFleeting == [502, 503].contains(status))
    }

    static let tokens: [(String, String?, Int?, String?)] = [
        (#"[{"type":"Bearer","value":"tok","expires_in":"3600"}]"#, "tok", 3600, nil),
        (
            #"[{"type":"bearer","value":"tok","expires_in":3600,"http_header":{"key":"k","value":"v"}}]"#, "tok", 3600,
            nil
        ),
        (#"[{"value":"tok"}]"#, "tok", 300, nil),
        (#"[{"type":"Bearer","value":"tok","expires_in":1e300}]"#, "tok", 86_400, nil),
        (#"[{"type":"Bearer","value":"tok","expires_in":99999999999999999999}]"#, "tok", 86_400, nil),
        (#"[{"type":"Bearer","value":"tok","expires_in":-5}]"#, "tok", 10, nil),
        (#"[{"type":"Bearer","value":"tok","expires_in":"nan"}]"#, "tok", 10, nil),
        (#"[{"type":"Bearer","value":"tok","expires_in":"soon"}]"#, "tok", 300, nil),
        (#"[{"type":"Bearer","value":"tok","expires_in":[]}]"#, "tok", 300, nil),
        (#"[{"type":"","value":"","expires_in":"0","error":"refused\r\nby hunt"}]"#, nil, nil, "refused??by hunt"),
        (#"[{"error":"sent hunter2 in vain"}]"#, nil, nil, "not shown"),
        (#"[{"error":"first"},{"type":"Bearer","value":"tok"}]"#, "tok", 300, nil),
        (#"[{"type":"BearerToken","value":"tok"}]"#, "tok", 300, nil),
        (#"[{"type":"JWT","value":"tok"}]"#, "tok", 300, nil), (#"[{"type":"","value":"tok"}]"#, "tok", 300, nil),
        (#"[{"type":"SAML2","value":"tok"}]"#, nil, nil, nil), (#"[{"type":"Bearer","value":"a b"}]"#, nil, nil, nil),
        (#"[{"type":"Bearer","value":"a\u0001b"}]"#, nil, nil, nil), (#"[{"type":"Bearer","value":7}]"#, nil, nil, nil),
        ("[null,7,\"x\",[]]", nil, nil, nil), ("{}", nil, nil, nil), ("null", nil, nil, nil),
    ]

    @Test(arguments: tokens.indices) func tokensThatComeWithIt(index: Int) throws {
        let (list, value, seconds, problem) = Self.tokens[index]
        let found = try read(Self.answer(Self.oauth, #","authTokens":\#(list)"#))
        #expect(found.token?.secret == value.map(Secret.init))
        #expect(found.token?.lifetime == seconds.map { .seconds($0) })
        #expect(found.tokenProblem == problem)
    }

    @Test("clientSecret is optional where tokens came, with an error in place of a token too")
    func clientSecretIsOptional() throws {
        let secretless = Self.oauth.replacing(#","clientSecret":"hunter2""#, with: "")
        for (list, isProvided) in [(#"[{"type":"Bearer","value":"tok"}]"#, true), (#"[{"error":"no"}]"#, false)] {
            let found = try read(Self.answer(secretless, #","authTokens":\#(list)"#))
            guard case .oauth2ClientCredentials(_, let credentials) = found.destination.authentication else {
                Issue.record("another login")
                continue
            }
            #expect(credentials.needsProvidedTokens && credentials.clientSecret.isEmpty)
            #expect((found.token != nil) == isProvided)
        }
        for rest in ["", #","authTokens":[]"#, #","authTokens":null"#] {
            let error = #expect(throws: LookUpFailure.self) { try read(Self.answer(secretless, rest)) }
            #expect(error?.code == .malformed)
        }
    }

    @Test("a login to the token service serves in place of clientSecret")
    func loginWithoutClientSecret() throws {
        let properties = Self.oauth.replacing(
            #""clientSecret":"hunter2""#,
            with: #""tokenServiceUser":"tu","tokenServicePassword":"tp""#
        )
        let found = try read(Self.answer(properties, #","authTokens":[{"type":"Bearer","value":"tok"}]"#))
        guard case .oauth2ClientCredentials(_, let credentials) = found.destination.authentication else {
            Issue.record("another login")
            return
        }
        #expect(!credentials.needsProvidedTokens)
    }

    @Test func aTokenMeansNothingToOtherLogins() throws {
        let found = try read(Self.answer(Self.basic, #","authTokens":[{"type":"Bearer","value":"tok"}]"#))
        #expect(found.token == nil)
    }

    static let pauses: [(String?, String?, Int?)] = [
        ("7", nil, 7), ("0", nil, 0), ("-5", nil, 0), ("999999", nil, 300), ("nan", nil, nil), ("inf", nil, nil),
        ("soon", nil, nil), ("", nil, nil), (nil, nil, nil),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", 30),
        ("Tue, 01 Mar 2016 00:00:10 GMT", "Mon, 29 Feb 2016 23:59:50 GMT", 20),
        ("Sun, 01 Jan 2017 00:00:10 GMT", "Sat, 31 Dec 2016 23:59:50 GMT", 20),
        ("Wed, 01 Mar 2017 00:00:10 GMT", "Tue, 28 Feb 2017 23:59:50 GMT", 20),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil),
        ("Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", nil),
    ]

    @Test(arguments: pauses.indices) func retryAfter(index: Int) {
        let (text, date, seconds) = Self.pauses[index]
        var headers = HTTPHeaders()
        if let text { headers.add("Retry-After", text) }
        if let date { headers.add("Date", date) }
        #expect(RetryAfter.duration(HTTPResponse(status: 503, headers: headers)) == seconds.map { .seconds($0) })
    }
}
