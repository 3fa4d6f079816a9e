/// Where access tokens come from.
public protocol AccessTokenSource: Sendable {
    /// A token to log in with.
    ///
    /// - Parameters:
    ///   - share: the namespace that needs it: requests of one don't delay those of others.
    ///   - refused: a token that the mail server has refused (reply 535): another one is fetched in its place, one request
    ///     for all callers that name it.
    /// - Throws: why there is none.
    func token(
        for key: TokenRequestKey,
        share: String,
        insteadOf refused: AccessToken?
    ) async throws(TokenError) -> AccessToken
}

extension OAuth2TokenProvider: AccessTokenSource {
    public func token(
        for key: TokenRequestKey,
        share: String,
        insteadOf refused: AccessToken?
    ) async throws(TokenError) -> AccessToken {
        if let refused { invalidate(refused, for: key) }
        return try await token(for: key, share: share)
    }
}
