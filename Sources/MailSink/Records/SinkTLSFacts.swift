internal import TLS

/// What a client negotiated with the sink.
public struct SinkTLSFacts: Sendable, Hashable {
    /// As OpenSSL names it: `TLSv1.3`.
    public var version: String
    /// Whether the client resumed an earlier session.
    public var isResumed: Bool
    /// SNI (RFC 6066 §3); nil if the client sent none.
    public var serverName: String?

    /// Facts to compare with.
    public init(version: String, isResumed: Bool, serverName: String?) {
        self.version = version
        self.isResumed = isResumed
        self.serverName = serverName
    }

    init(_ handshake: TLSHandshakeCompleted) {
        self.init(
            version: handshake.version.description,
            isResumed: handshake.resumed,
            serverName: handshake.serverName
        )
    }
}
