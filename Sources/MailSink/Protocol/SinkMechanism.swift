/// The SASL mechanisms that the sink knows.
public enum SinkMechanism: String, Sendable, Hashable, CaseIterable {
    /// RFC 4616.
    case plain = "PLAIN"
    /// draft-murchison-sasl-login; obsolete and everywhere.
    case login = "LOGIN"
    /// Google's and Microsoft's bearer token mechanism from before RFC 7628.
    case xoauth2 = "XOAUTH2"
    /// RFC 7628.
    case oauthbearer = "OAUTHBEARER"
}
