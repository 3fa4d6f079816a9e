internal import DestinationModel
internal import HTTPTransport
import ObjectModel

/// A token as it was issued.
struct IssuedToken: Sendable, Hashable {
    let secret: Secret
    /// How long it is good for; clamped to what makes sense.
    let lifetime: Duration
}

/// Reads the answer of a token service (RFC 6749 §5), which is not trusted.
enum TokenResponse {
    /// Where the service doesn't say.
    static let defaultLifetime = Duration.seconds(300)
    /// Less would fetch a token for every message, more would outlive every change of the credentials.
    static let lifetimes = 10...86_400

    /// - Throws: what is wrong with the answer.
    static func token(_ response: HTTPResponse, for credentials: OAuth2ClientCredentials) throws(TokenError)
        -> IssuedToken
    {
        let object = object(response.body)
        let error = TokenErrorResponse(object, credentials)
        guard (200..<300).contains(response.status) else { throw refusal(response, error) }
        guard let object else {
            throw TokenError(.malformedResponse, status: response.status, detail: "no JSON object")
        }
        guard let text = object["access_token"]?.stringValue, !text.isEmpty else {
            guard !error.isError else { throw refusal(response, error) }
            throw TokenError(.malformedResponse, status: response.status, detail: "no access_token")
        }
        guard isHarmless(text) else {
            throw TokenError(.malformedResponse, status: response.status, detail: "forbidden character in access_token")
        }
        guard isBearer(type: object["token_type"]) else {
            throw TokenError(.malformedResponse, status: response.status, detail: "token_type is not bearer")
        }
        return IssuedToken(secret: Secret(text), lifetime: lifetime(object["expires_in"]))
    }

    /// Whether a token may stand in a login. Beyond RFC 6750 §2.1 on purpose, as services are liberal; what matters is
    /// that nothing in it can end a line or a field of SASL XOAUTH2.
    static func isHarmless(_ token: String) -> Bool {
        !token.isEmpty && token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Whether a token serves whoever holds it, by what its service calls it. Services call bearer tokens by other words
    /// than RFC 6750 has, such as `BearerToken` and `JWT`, or by none. Only types that are known to be of another kind
    /// are left out.
    static func isBearer(type: ObjectValue?) -> Bool {
        switch type?.stringValue?.lowercased() {
        // A key has to be proved with each use, or the token is an assertion.
        case "mac", "pop", "dpop", "n_a", "basic", "saml", "saml2": false
        default: true
        }
    }

    private static func object(_ body: [UInt8]) -> ObjectValue? {
        let options = JSONReader.Options(
            maximumLength: TokenRequest.maximumResponseBytes,
            maximumDepth: 20,
            maximumCount: 10_000
        )
        guard let value = try? JSONReader.document(body, options: options).value, value.objectValue != nil else {
            return nil
        }
        return value
    }

    /// How long a token is good for, by what its service says.
    static func lifetime(_ value: ObjectValue?) -> Duration {
        switch value {
        case .integer(let seconds): clamped(seconds)
        // Written so that NaN, which the text "nan" stands for, is the shortest.
        case .double(let seconds): clamped(seconds >= 0 ? (seconds < 1e9 ? Int(seconds) : .max) : 0)
        case .string(let text): Double(text).map { lifetime(.double($0)) } ?? defaultLifetime
        case .null, .bool, .array, .object, nil: defaultLifetime
        }
    }

    private static func clamped(_ seconds: Int) -> Duration {
        .seconds(min(max(seconds, lifetimes.lowerBound), lifetimes.upperBound))
    }

    private static func refusal(_ response: HTTPResponse, _ error: TokenErrorResponse) -> TokenError {
        let code: TokenError.Code
        switch (response.status, error.word) {
        case (401, _), (403, _), (_, "invalid_client"), (_, "unauthorized_client"), (_, "invalid_grant"),
            (_, "invalid_scope"), (_, "access_denied"):
            code = .credentialsRefused
        case (408, _), (429, _), (500..., _), (_, "temporarily_unavailable"), (_, "server_error"):
            code = .serviceUnavailable
        case (300..<400, _): return TokenError(.requestRefused, status: response.status, detail: "a redirect")
        default: code = .requestRefused
        }
        return TokenError(
            code,
            status: response.status,
            oauthError: error.word,
            errorNumbers: error.numbers,
            retryAfter: RetryAfter.duration(response)
        )
    }
}
