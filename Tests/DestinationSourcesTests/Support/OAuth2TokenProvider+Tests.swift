@testable import DestinationSources

extension OAuth2TokenProvider {
    /// A token for tests in which there is one namespace.
    func token(
        for key: TokenRequestKey,
        insteadOf refused: AccessToken? = nil
    ) async throws(TokenError) -> AccessToken {
        try await token(for: key, share: "shop", insteadOf: refused)
    }
}

extension TokenRequest {
    /// A request for tests in which there is one namespace.
    init(_ key: TokenRequestKey) throws(TokenError) { try self.init(key, share: "shop") }
}
