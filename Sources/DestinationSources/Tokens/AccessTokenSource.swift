/// Where access tokens come from.
public protocol AccessTokenSource: Sendable {
    /// A token to log in with.
    ///
    /// - Parameter refused: one that the mail server has refused (reply 535): another one is fetched in its place, once
    ///   for all who say so.
    /// - Throws: why there is none.
    func token(for key: TokenRequestKey, insteadOf refused: AccessToken?) async throws(TokenError) -> AccessToken
}

extension OAuth2TokenProvider: AccessTokenSource {
    public func token(
        for key: TokenRequestKey,
        insteadOf refused: AccessToken?
    ) async throws(TokenError) -> AccessToken {
        if let refused { invalidate(refused, for: key) }
        return try await token(for: key)
    }
}
