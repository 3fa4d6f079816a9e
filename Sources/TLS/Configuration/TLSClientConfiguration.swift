/// What a TLS client asks of its peers.
///
/// The default is what RFC 8314 wants of a mail client: TLS 1.2 or later, chain and host name verified against the
/// system's certification authorities.
public struct TLSClientConfiguration: Sendable, Hashable {
    /// How much of the server's certificate is checked.
    public enum Verification: Sendable, Hashable {
        /// The chain leads to a trusted root, and the certificate is for the host that was asked for.
        case full
        /// Only the chain: any holder of a trusted certificate can pose as the server.
        /// The meaning of Jakarta Mail's `mail.smtps.ssl.checkserveridentity=false`.
        case chainOnly
        /// Nothing: anyone on the path can read and change what is sent.
        case none
    }

    /// Whom to trust.
    public var trustRoots: TrustRoots
    /// How much of the server's certificate is checked.
    public var verification: Verification
    /// Whether a certificate without subject alternative names is for the host that its common name is.
    ///
    /// RFC 9525 section 6.3 forbids it, and public authorities issue no such certificates any more.
    public var acceptsCommonName: Bool
    /// The oldest version that is spoken.
    public var minimumVersion: TLSVersion
    /// The newest version that is spoken; `nil` for the newest that the library knows.
    public var maximumVersion: TLSVersion?
    /// The certificate to show when the server asks for one.
    public var identity: TLSIdentity?

    /// TLS 1.2 or later, everything verified, against the system's trust store, without a client certificate.
    public init() {
        self.trustRoots = .system
        self.verification = .full
        self.acceptsCommonName = false
        self.minimumVersion = .v1_2
        self.maximumVersion = nil
        self.identity = nil
    }
}

extension TLSClientConfiguration {
    /// What clients and servers share goes by its short name here.
    public typealias TrustRoots = TLSTrustRoots
}
