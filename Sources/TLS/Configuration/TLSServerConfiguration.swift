/// What a TLS server shows to its clients and asks of them.
public struct TLSServerConfiguration: Sendable, Hashable {
    /// The certificate chain and the key to it.
    public var identity: TLSIdentity
    /// The oldest version that is spoken.
    public var minimumVersion: TLSVersion
    /// The newest version that is spoken; `nil` for the newest that the library knows.
    public var maximumVersion: TLSVersion?
    /// When set, a client is asked for a certificate that leads to one of these roots; `nil` asks for none.
    public var clientTrustRoots: TLSTrustRoots?
    /// Whether a client that shows no certificate is refused where ``clientTrustRoots`` is set. One that shows a
    /// certificate that can't be verified is refused either way.
    public var requiresClientCertificate: Bool

    /// TLS 1.2 or later, no client certificates.
    public init(identity: TLSIdentity) {
        self.identity = identity
        self.minimumVersion = .v1_2
        self.maximumVersion = nil
        self.clientTrustRoots = nil
        self.requiresClientCertificate = true
    }
}
