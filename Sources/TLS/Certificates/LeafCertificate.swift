/// What a certificate that an authority issues should say.
public struct LeafCertificate: Sendable, Hashable {
    /// What the holder may do with it.
    public enum Usage: Sendable, Hashable {
        /// Be a TLS server.
        case server
        /// Be a TLS client.
        case client
    }

    /// The host names it is for; `*.example.com` for a wildcard.
    public var dnsNames: [String]
    /// The IP addresses it is for, in text form.
    public var ipAddresses: [String]
    /// When it is valid.
    public var validity: CertificateValidity
    /// What it is good for.
    public var usage: Usage

    /// A certificate for these names and addresses, of which there must be at least one.
    public init(
        dnsNames: [String] = [],
        ipAddresses: [String] = [],
        validity: CertificateValidity,
        usage: Usage = .server
    ) {
        self.dnsNames = dnsNames
        self.ipAddresses = ipAddresses
        self.validity = validity
        self.usage = usage
    }
}
