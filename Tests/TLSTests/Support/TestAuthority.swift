import NIOPosix
import TLS

/// A certification authority for a test, and contexts that trust it.
struct TestAuthority {
    /// 2100-01-01: a test that must not care for the date.
    static let farFuture: Int64 = 4_102_444_800
    static let always = CertificateValidity(notBefore: 1_577_836_800, notAfter: farFuture)

    let authority: CertificateAuthority
    let bundle: TemporaryFile

    init(name: String = "Test CA") throws {
        authority = try CertificateAuthority(name: name, validity: Self.always)
        bundle = try TemporaryFile(authority.certificatePEM)
    }

    func identity(
        dnsNames: [String] = ["localhost"],
        ipAddresses: [String] = [],
        validity: CertificateValidity = always,
        usage: LeafCertificate.Usage = .server
    ) throws -> TLSIdentity {
        try authority.issue(
            LeafCertificate(dnsNames: dnsNames, ipAddresses: ipAddresses, validity: validity, usage: usage)
        )
    }

    func clientConfiguration() -> TLSClientConfiguration {
        var configuration = TLSClientConfiguration()
        configuration.trustRoots = .file(bundle.path)
        return configuration
    }

    func clientContext(_ change: (inout TLSClientConfiguration) -> Void = { _ in }) throws -> TLSClientContext {
        var configuration = clientConfiguration()
        change(&configuration)
        return try TLSClientContext(configuration)
    }

    func serverContext(
        _ identity: TLSIdentity? = nil,
        _ change: (inout TLSServerConfiguration) -> Void = { _ in }
    ) throws -> TLSServerContext {
        var configuration = TLSServerConfiguration(identity: try identity ?? self.identity())
        change(&configuration)
        return try TLSServerContext(configuration)
    }
}
