/// The user inbound event that a ``TLSHandler`` fires when its handshake is done, before any data.
public struct TLSHandshakeCompleted: Sendable, Hashable {
    /// The version that was agreed on.
    public let version: TLSVersion
    /// The cipher suite's name, OpenSSL's spelling.
    public let cipher: String
    /// Whether an earlier session was resumed.
    public let resumed: Bool
    /// On the server side, the name that the client asked for (SNI, RFC 6066 section 3); otherwise `nil`.
    public let serverName: String?
    /// On the server side, what the client has shown; `nil` if it has shown no certificate or wasn't asked for one.
    public let clientCertificate: TLSClientCertificate?
}
