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
        guard (200..<300).contains(response.status) else { throw refusal(response, credentials) }
        guard let object = object(response.body) else {
            throw TokenError(.malformedResponse, status: response.status, detail: "no JSON object")
        }
        guard let text = object["access_token"]?.stringValue, !text.isEmpty else {
            throw TokenError(.malformedResponse, status: response.status, detail: "no access_token")
        }
        guard isHarmless(text) else {
            throw TokenError(.malformedResponse, status: response.status, detail: "forbidden character in access_token")
        }
        if let type = object["token_type"]?.stringValue, type.lowercased() != "bearer" {
            throw TokenError(.malformedResponse, status: response.status, detail: "token_type is not bearer")
        }
        return IssuedToken(secret: Secret(text), lifetime: lifetime(object["expires_in"]))
    }

    /// Whether a token may stand in a login. Beyond RFC 6750 §2.1 on purpose, as services are liberal; what matters is
    /// that nothing in it can end a line or a field of SASL XOAUTH2.
    static func isHarmless(_ token: String) -> Bool {
        !token.isEmpty && token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
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

    private static func refusal(_ response: HTTPResponse, _ credentials: OAuth2ClientCredentials) -> TokenError {
        let error = object(response.body)?["error"]?.stringValue.flatMap { harmless($0, credentials) }
        let code: TokenError.Code
        switch (response.status, error) {
        case (401, _), (403, _), (_, "invalid_client"), (_, "unauthorized_client"), (_, "invalid_grant"),
            (_, "invalid_scope"), (_, "access_denied"):
            code = .credentialsRefused
        case (408, _), (429, _), (500..., _): code = .serviceUnavailable
        case (300..<400, _): return TokenError(.requestRefused, status: response.status, detail: "a redirect")
        default: code = .requestRefused
        }
        let retryAfter = RetryAfter.duration(response)
        return TokenError(code, status: response.status, oauthError: error, retryAfter: retryAfter)
    }

    /// An error code that may be shown: a word, and none that a service could have made of what we sent.
    private static func harmless(_ text: String, _ credentials: OAuth2ClientCredentials) -> String? {
        let isWord = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_-.".utf8.contains(byte)
        }
        let secrets =
            [credentials.clientSecret, credentials.tokenServiceLogin?.password].compactMap(\.self)
            + (credentials.bodyParameters + credentials.queries + credentials.headers).map(\.value)
        let isOurs = secrets.contains { !$0.isEmpty && text.contains($0.reveal()) }
        return isWord && !text.isEmpty && text.utf8.count <= 64 && !isOurs ? text : nil
    }
}
