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

    /// Name and port of the token service as the destination has them, without the tenant: the unit that requests are
    /// bounded by.
    var service: String {
        let url = credentials.tokenServiceURL
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return rest.prefix { !"/?#".contains($0) }.lowercased()
    }
}
