internal import HTTPTransport

/// Asks a token service for a token.
protocol TokenFetcher: Sendable {
    /// - Parameter share: whose look-up of the service's name it is.
    func fetch(_ key: TokenRequestKey, share: String) async throws(TokenError) -> IssuedToken
}

/// Asks over HTTP.
struct HTTPTokenFetcher: TokenFetcher {
    let client: HTTPClient

    func fetch(_ key: TokenRequestKey, share: String) async throws(TokenError) -> IssuedToken {
        let request = try TokenRequest(key, share: share)
        let response: HTTPResponse
        do {
            response = try await client.execute(request.http)
        } catch {
            throw Self.error(error)
        }
        return try TokenResponse.token(response, for: key.credentials)
    }

    private static func error(_ error: HTTPError) -> TokenError {
        switch error.code {
        case .bodyTooLarge: TokenError(.malformedResponse, detail: error.description)
        case .invalidURL, .invalidRequest: TokenError(.requestRefused, detail: error.description)
        case .addressNotAllowed: TokenError(.addressNotAllowed, detail: error.description)
        case .overloaded: TokenError(.overloaded)
        case .cancelled: TokenError(.cancelled)
        default: TokenError(.serviceUnavailable, detail: error.description)
        }
    }
}
