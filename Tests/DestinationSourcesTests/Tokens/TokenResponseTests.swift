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

    @Test(
        "a bearer token is used whatever its service calls it",
        arguments: [#""Bearer""#, #""bearer""#, #""BearerToken""#, #""JWT""#, #""access_token""#, #""""#, "null", "1"]
    )
    func tokenTypes(type: String) throws {
        #expect(try read(#"{"access_token":"abc","token_type":\#(type)}"#).secret == Secret("abc"))
    }

    @Test("tokens of types that need a proof or are assertions are not used", arguments: ["mac", "DPoP", "pop", "N_A"])
    func otherTokenTypes(type: String) {
        let error = #expect(throws: TokenError.self) { try read(#"{"access_token":"abc","token_type":"\#(type)"}"#) }
        #expect(error?.detail == "token_type is not bearer")
    }

    @Test(
        "the codes of an error are told, whatever the status",
        arguments: [
            (401, #""error":"invalid_client","error_codes":[7000222]"#, "error invalid_client, code 7000222"),
            (400, #""error":"unauthorized_client","error_codes":[700016]"#, "error unauthorized_client, code 700016"),
            (400, #""error":"invalid_request","error_codes":[90002]"#, "error invalid_request, code 90002"),
            (200, #""error":"invalid_client","error_codes":[7000215]"#, "error invalid_client, code 7000215"),
            (200, #""error":"invalid_grant","error_description":"Bad hunter2.""#, "error invalid_grant"),
            (403, #""error":{"code":403,"status":"PERMISSION_DENIED"}"#, "error PERMISSION_DENIED, code 403"),
            (200, #""error":{"code":401,"message":"no"}"#, "code 401"),
            (
                503, #""error":"temporarily_unavailable","error_codes":[90033]"#,
                "error temporarily_unavailable, code 90033"
            ),
            (400, #""error":"x","error_codes":[1,2,3,4,5]"#, "error x, code 1, code 2, code 3, code 4"),
            (400, #""error":"x","error_codes":["hunter2",{},null,1.5,7]"#, "error x"),
            (400, #""error":"x","error_codes":"7""#, "error x"),
        ]
    )
    func errorCodes(status: Int, members: String, codes: String) {
        let error = #expect(throws: TokenError.self) { try read("{\(members)}", status: status) }
        #expect(error?.description.hasSuffix("(status \(status), \(codes))") == true)
        #expect(error?.publicDescription.hasSuffix("(\(codes))") == true)
    }

    @Test(
        "an error with status 200 is the refusal that it says",
        arguments: [
            ("invalid_client", TokenError.Code.credentialsRefused), ("invalid_scope", .credentialsRefused),
            ("invalid_request", .requestRefused), ("temporarily_unavailable", .serviceUnavailable),
            ("", .malformedResponse),
        ]
    )
    func refusalsWithStatus200(word: String, code: TokenError.Code) {
        let error = #expect(throws: TokenError.self) { try read(#"{"error":"\#(word)"}"#) }
        #expect(error?.code == code)
    }

    @Test("numbers that repeat a secret are left out")
    func secretNumbers() {
        var credentials = credentials
        credentials.clientSecret = Secret("7000222")
        let body = #"{"error":"invalid_client","error_codes":[7000222,50]}"#
        let error = #expect(throws: TokenError.self) {
            try TokenResponse.token(HTTPResponse(status: 401, body: Array(body.utf8)), for: credentials)
        }
        #expect(error?.errorNumbers == ["50"])
    }

    @Test func longErrorCodesAreLeftOut() {
        let text = String(repeating: "a", count: 65)
        let error = #expect(throws: TokenError.self) { try read(#"{"error":"\#(text)"}"#, status: 400) }
        #expect(error?.oauthError == nil)
    }
}
