/// What it takes to fetch an access token with the client credentials grant (RFC 6749 §4.4).
public struct OAuth2ClientCredentials: Hashable, Sendable {
    /// Whose host the token service's URL names.
    public enum URLType: String, Hashable, Sendable, CaseIterable {
        /// The URL serves as it is.
        case dedicated = "Dedicated"
        /// The tenant's subdomain goes into the URL.
        case common = "Common"
    }

    /// A header, query or body parameter that a destination adds to the token request. Its value may be a key.
    public struct Parameter: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The value.
        public let value: Secret

        /// A parameter as it stands in the destination.
        public init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }
    }

    /// `tokenServiceURL` as written; see ``url(tenant:)``.
    public var tokenServiceURL: String
    /// `tokenServiceURLType`.
    public var urlType: URLType
    /// `clientId`.
    public var clientID: String
    /// `clientSecret`.
    public var clientSecret: Secret
    /// Whether the destination has neither `clientSecret` nor a login to the token service, so that the only tokens are
    /// those that the Destination service fetches (`authTokens`).
    public var needsProvidedTokens: Bool
    /// `scope`: the scopes to ask for, space-separated.
    public var scope: String?
    /// `tokenServiceUser` and `tokenServicePassword`: a login to the token service itself, in place of the client's.
    public var tokenServiceLogin: Login?
    /// `tokenServiceURL.headers.<name>`, by name.
    public var headers: [Parameter]
    /// `tokenServiceURL.queries.<name>`, by name, not yet percent-encoded.
    public var queries: [Parameter]
    /// `tokenService.body.<name>`, by name, not yet percent-encoded.
    public var bodyParameters: [Parameter]
    /// `tokenService.addClientCredentialsInBody`: whether client id and secret go into the form.
    public var addsClientCredentialsInBody: Bool
    /// `tokenServiceURL.allowPlaintext`: whether the secrets may be sent without TLS, to an `http://` URL. Log its use.
    public var allowsPlaintext: Bool
    /// `tokenServiceURL.ConnectionTimeoutInSeconds`; `nil` for the caller's own limit.
    public var connectTimeout: Duration?
    /// `tokenServiceURL.SocketReadTimeoutInSeconds`; `nil` for the caller's own limit.
    public var readTimeout: Duration?

    /// A user and password for basic authentication.
    public struct Login: Hashable, Sendable {
        /// The user; holds no colon (RFC 7617 §2).
        public let user: String
        /// The password.
        public let password: Secret

        /// A login as it stands in the destination.
        public init(user: String, password: Secret) {
            self.user = user
            self.password = password
        }
    }

    /// Puts credentials together without checking anything; what comes from outside is read by ``MailDestination``.
    public init(
        tokenServiceURL: String,
        urlType: URLType = .dedicated,
        clientID: String,
        clientSecret: Secret,
        needsProvidedTokens: Bool = false,
        scope: String? = nil,
        tokenServiceLogin: Login? = nil,
        headers: [Parameter] = [],
        queries: [Parameter] = [],
        bodyParameters: [Parameter] = [],
        addsClientCredentialsInBody: Bool = true,
        allowsPlaintext: Bool = false,
        connectTimeout: Duration? = nil,
        readTimeout: Duration? = nil
    ) {
        self.tokenServiceURL = tokenServiceURL
        self.urlType = urlType
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.needsProvidedTokens = needsProvidedTokens
        self.scope = scope
        self.tokenServiceLogin = tokenServiceLogin
        self.headers = headers
        self.queries = queries
        self.bodyParameters = bodyParameters
        self.addsClientCredentialsInBody = addsClientCredentialsInBody
        self.allowsPlaintext = allowsPlaintext
        self.connectTimeout = connectTimeout
        self.readTimeout = readTimeout
    }
}

extension OAuth2ClientCredentials {
    /// The URL to ask for a token.
    ///
    /// `Dedicated`: ``tokenServiceURL`` as it is. `Common`: every `{tenant}` in it replaced by the tenant's subdomain;
    /// without that placeholder the subdomain is put in front of the host.
    ///
    /// - Parameter tenant: The tenant's subdomain, or `nil` where the route has none.
    /// - Returns: `nil` where the URL is `Common` and there is no tenant, or the tenant is no DNS label and so might
    ///   lead the client secret to another host.
    public func url(tenant: String?) -> String? {
        switch urlType {
        case .dedicated:
            return tokenServiceURL
        case .common:
            guard let tenant, DNSLabel.isRFC1123(tenant) else { return nil }
            if tokenServiceURL.contains(Self.tenantPlaceholder) {
                return tokenServiceURL.split(separator: Self.tenantPlaceholder, omittingEmptySubsequences: false)
                    .joined(separator: tenant)
            }
            guard let authority = tokenServiceURL.firstRange(of: "://") else { return nil }
            return tokenServiceURL[..<authority.upperBound] + tenant + "." + tokenServiceURL[authority.upperBound...]
        }
    }

    /// Whether the secrets are sent without TLS.
    public var isPlaintext: Bool { TokenServiceURLSyntax.isPlaintext(tokenServiceURL) }

    static let tenantPlaceholder = "{tenant}"
}
