/// The SASL mechanisms that the relay speaks.
public enum SASLMechanism: String, Hashable, Sendable, CaseIterable {
    /// RFC 4616.
    case plain = "PLAIN"
    /// draft-murchison-sasl-login: user and password on request.
    case login = "LOGIN"
    /// Google's and Microsoft's mechanism for bearer tokens.
    case xoauth2 = "XOAUTH2"
    /// RFC 7628.
    case oauthbearer = "OAUTHBEARER"
}
