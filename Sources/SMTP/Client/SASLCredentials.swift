/// Who a session logs in as, and with what.
public enum SASLCredentials: Hashable, Sendable {
    /// The server is used without a login.
    case none
    /// A user name and a password: PLAIN or LOGIN.
    case password(user: String, password: String)
    /// A user name and an OAuth 2 access token: XOAUTH2 or OAUTHBEARER.
    case bearer(user: String, token: String)

    /// The password or the token; empty where there is none.
    var secret: String {
        switch self {
        case .none: ""
        case .password(_, let password): password
        case .bearer(_, let token): token
        }
    }

    /// The mechanisms that can carry these credentials, the preferred one first.
    public var mechanisms: [SASLMechanism] {
        switch self {
        case .none: []
        case .password: [.plain, .login]
        case .bearer: [.xoauth2, .oauthbearer]
        }
    }
}

extension SASLCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .none: "none"
        case .password, .bearer: "<redacted>"
        }
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
