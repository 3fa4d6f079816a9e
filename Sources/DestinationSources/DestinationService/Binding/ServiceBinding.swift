public import DestinationModel

/// What it takes to ask one instance of the Destination service: where it is, and who we are there.
///
/// Nothing secret in it prints.
public struct ServiceBinding: Hashable, Sendable {
    /// How we show to the authorization server who we are.
    public enum Login: Hashable, Sendable {
        /// By a secret (RFC 6749 §2.3.1).
        case secret(Secret)
        /// By a TLS client certificate (RFC 8705), as PEM: the certificate with its chain, and its key.
        case certificate(chain: Secret, key: Secret)
    }

    /// `clientid`.
    public let clientID: String
    /// `clientsecret`, or `certificate` and `key`.
    public let login: Login
    /// The provider's own authorization server: `url`, or `certurl` for a login by certificate.
    public let authorization: ServiceURL
    /// The Destination service: `uri`.
    public let service: ServiceURL

    /// Puts a binding together without checking anything; what comes from outside is read from a Secret.
    public init(clientID: String, login: Login, authorization: ServiceURL, service: ServiceURL) {
        self.clientID = clientID
        self.login = login
        self.authorization = authorization
        self.service = service
    }

    /// What tells the destinations that this binding leads to from those of other subaccounts, as far as can be told: what
    /// one binding has found holds for another one of the same origin.
    var origin: DestinationOrigin { DestinationOrigin("\(service) \(account)") }

    /// The provider's subdomain and region. `certurl` has one more label than `url`, `authentication.cert.` for
    /// `authentication.`.
    private var account: String {
        authorization.host.split(separator: ".").filter { $0 != "cert" }.joined(separator: ".")
    }
}
