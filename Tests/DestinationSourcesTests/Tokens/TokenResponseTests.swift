import DestinationModel
import HTTPTransport
import Testing

@testable import DestinationSources

@Suite struct TokenResponseTests {
    private let credentials = OAuth2ClientCredentials(
        tokenServiceURL: "https://auth.example.com/token",
        clientID: "id",
        clientSecret: Secret("hunter2")
    )

    private func read(_ body: String, status: Int = 200) throws -> IssuedToken {
        try TokenResponse.token(HTTPResponse(status: status, body: Array(body.utf8)), for: credentials)
    }

    @Test(arguments: [
        (#"3600"#, 3600), (#""3600""#, 3600), ("3599.9", 3599), ("0", 10), ("-5", 10), (#""-1""#, 10), ("1", 10),
        ("999999999", 86_400), ("1e300", 86_400), ("99999999999999999999", 86_400), (#""1e400""#, 86_400),
        (#""nan""#, 10), (#""soon""#, 300), ("null", 300), ("true", 300), ("[]", 300), (#""""#, 300),
    ])
    func lifetimes(text: String, seconds: Int) throws {
        let token = try read(#"{"access_token":"abc","token_type":"Bearer","expires_in":\#(text)}"#)
        #expect(token.lifetime == .seconds(seconds))
        #expect(token.secret == Secret("abc"))
    }

    @Test func noLifetimeIsFiveMinutes() throws {
        #expect(try read(#"{"access_token":"abc"}"#).lifetime == .seconds(300))
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"access_token":""}"#, #"{"access_token":5}"#, #"{"access_token":null}"#,
        #"{"access_token":"a\r\nb"}"#, #"{"access_token":"a\u0001b"}"#, #"{"access_token":"a\u0000b"}"#,
        #"{"access_token":"ä"}"#, #"{"access_token":"a b"}"#, #"{"access_token":"a\u007fb"}"#,
        #"{"access_token":"a","token_type":"mac"}"#, #"{"access_token":"a","access_token":"b"}"#,
        String(repeating: "[", count: 10_000),
    ])
    func unusableTokens(body: String) {
        let error = #expect(throws: TokenError.self) { try read(body) }
        #expect(error?.code == .malformedResponse)
    }

    @Test(
        arguments: [
            (400, #"{"error":"invalid_client"}"#, TokenError.Code.credentialsRefused, "invalid_client"),
            (400, #"{"error":"invalid_scope"}"#, .credentialsRefused, "invalid_scope"),
            (400, #"{"error":"invalid_request","error_description":"hunter2"}"#, .requestRefused, "invalid_request"),
            (401, "", .credentialsRefused, nil), (403, "<html>", .credentialsRefused, nil),
            (404, "", .requestRefused, nil),
            (429, "", .serviceUnavailable, nil), (503, "", .serviceUnavailable, nil), (302, "", .requestRefused, nil),
            (400, #"{"error":"a\r\nb"}"#, .requestRefused, nil), (400, #"{"error":"x-hunter2"}"#, .requestRefused, nil),
            (400, #"{"error":"<script>"}"#, .requestRefused, nil), (400, #"{"error":5}"#, .requestRefused, nil),
        ] as [(Int, String, TokenError.Code, String?)]
    )
    func refusals(status: Int, body: String, code: TokenError.Code, oauthError: String?) {
        let error = #expect(throws: TokenError.self) { try read(body, status: status) }
        #expect(error?.code == code)
        #expect(error?.oauthError == oauthError)
        #expect(error?.status == status)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func longErrorCodesAreLeftOut() {
        let text = String(repeating: "a", count: 65)
        let error = #expect(throws: TokenError.self) { try read(#"{"error":"\#(text)"}"#, status: 400) }
        #expect(error?.oauthError == nil)
    }
}
