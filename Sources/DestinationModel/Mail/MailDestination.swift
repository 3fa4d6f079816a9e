/// A destination of type MAIL that the relay can serve: where the mail server is, and how to log in.
///
/// Read one from what the Destination service or a file holds with ``init(_:)`` or ``init(properties:)``; values made
/// that way hold no line end, NUL or `^A` that could break out of a protocol line.
public struct MailDestination: Hashable, Sendable {
    /// How the relay logs in.
    public enum Authentication: Hashable, Sendable {
        /// It doesn't: `NoAuthentication`, or `mail.smtps.auth` is `false`.
        case none
        /// With a password: `BasicAuthentication`.
        case basic(user: String, password: Secret)
        /// With an access token that the token service issues for the client: `OAuth2ClientCredentials`.
        case oauth2ClientCredentials(user: String, OAuth2ClientCredentials)
    }

    /// `Name`.
    public var name: String
    /// `mail.smtps.host`: a host name, or an IP address without brackets.
    public var host: String
    /// `mail.smtps.port`, 465 where the destination says none.
    public var port: Int
    /// How the relay logs in.
    public var authentication: Authentication
    /// `mail.smtps.localhost`: what EHLO says who we are; `nil` for the relay's own name.
    public var ehloName: String?
    /// `mail.smtps.connectiontimeout`; `nil` for the relay's own limit.
    public var connectTimeout: Duration?
    /// `mail.smtps.timeout`: how long one reply may take; `nil` for the relay's own limits.
    public var ioTimeout: Duration?
    /// `mail.smtps.auth.mechanisms` in upper case and order; `nil` for whatever fits and the server offers.
    public var mechanisms: [String]?
    /// What the mail server has to prove.
    public var tls: TLSPolicy

    /// Whether a login makes the relay send a client secret without TLS.
    public var sendsSecretsInPlaintext: Bool {
        switch authentication {
        case .none, .basic: false
        case .oauth2ClientCredentials(_, let credentials): credentials.isPlaintext
        }
    }

    /// The port of SMTP over TLS (RFC 8314 §3.3).
    public static let defaultPort = 465

    /// Bytes of a user name, password, client secret or access token.
    public static let maxCredentialLength = 4096

    /// Puts a destination together without checking anything; for tests and tools. What comes from outside is read
    /// with ``init(_:)``.
    public init(
        name: String,
        host: String,
        port: Int = defaultPort,
        authentication: Authentication = .none,
        ehloName: String? = nil,
        connectTimeout: Duration? = nil,
        ioTimeout: Duration? = nil,
        mechanisms: [String]? = nil,
        tls: TLSPolicy = TLSPolicy()
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.authentication = authentication
        self.ehloName = ehloName
        self.connectTimeout = connectTimeout
        self.ioTimeout = ioTimeout
        self.mechanisms = mechanisms
        self.tls = tls
    }
}
