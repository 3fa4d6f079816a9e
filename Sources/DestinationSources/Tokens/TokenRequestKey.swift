public import DestinationModel

/// Whose token is meant: the credentials and the tenant. Routes that share both share a token.
public struct TokenRequestKey: Hashable, Sendable {
    /// The destination's credentials.
    public let credentials: OAuth2ClientCredentials
    /// The tenant's subdomain, if the route has one.
    public let tenant: String?

    public init(credentials: OAuth2ClientCredentials, tenant: String?) {
        self.credentials = credentials
        self.tenant = tenant
    }
}
