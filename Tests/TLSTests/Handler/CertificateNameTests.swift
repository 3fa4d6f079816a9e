import COpenSSL
import Testing

@testable import TLS

/// Certificates that name a host in a way that does not count.
@Suite struct CertificateNameTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    private func connect(
        to serverName: String = "localhost",
        _ identity: TLSIdentity,
        client: TLSClientContext
    ) throws -> TLSError? {
        let pair = try EmbeddedPair(
            client: TLSHandler(client: client, serverName: serverName),
            server: TLSHandler(server: authority.serverContext(identity))
        )
        defer { pair.finish() }
        try pair.handshake()
        #expect((pair.clientEvents.handshake == nil) == !pair.clientEvents.errors.isEmpty)
        return pair.clientEvents.errors.first
    }

    private func crafted(commonName: String?, _ extensions: CraftedCertificate.Extension...) throws -> TLSIdentity {
        try CraftedCertificate.make(commonName: commonName, extensions, issuer: authority.authority.identity)
    }

    @Test(
        "a wildcard is a whole label, the first of at least three",
        arguments: [
            ("mail1.example.com", "mail*.example.com"), ("mail.example.com", "*ail.example.com"),
            ("mail.example.com", "m*l.example.com"), ("mail.example.com", "mail.*.com"), ("example.com", "*.com"),
            ("localhost", "*"),
        ]
    )
    func partialWildcard(name: String, pattern: String) throws {
        let identity = try authority.identity(dnsNames: [pattern])
        let error = try connect(to: name, identity, client: authority.clientContext())
        #expect(error?.code == .certificateInvalid)
    }

    @Test("a name does not end at a NUL")
    func nul() throws {
        // The DNS name localhost, NUL, .evil.example.
        let identity = try crafted(
            commonName: nil,
            (
                NID_subject_alt_name,
                "DER:30:19:82:17:6c:6f:63:61:6c:68:6f:73:74:00:2e:65:76:69:6c:2e:65:78:61:6d:70:6c:65"
            )
        )
        let error = try connect(identity, client: authority.clientContext())
        #expect(error?.code == .certificateInvalid)
        #expect(error?.reason.contains("is for localhost?.evil.example") == true)
    }

    @Test("the common name counts only where the configuration accepts it", arguments: [true, false])
    func commonName(accepts: Bool) throws {
        let client = try authority.clientContext { $0.acceptsCommonName = accepts }
        let error = try connect(try crafted(commonName: "localhost"), client: client)
        #expect(error?.code == (accepts ? nil : .certificateInvalid))
    }

    @Test("the common name never counts beside other names")
    func commonNameBesideOthers() throws {
        let client = try authority.clientContext { $0.acceptsCommonName = true }
        let identity = try crafted(commonName: "localhost", (NID_subject_alt_name, "DNS:other.example"))
        #expect(try connect(identity, client: client)?.code == .certificateInvalid)
    }

    @Test("an otherName, an e-mail address or a URI names no host")
    func otherNames() throws {
        let values: [StaticString] = [
            "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:localhost", "email:postmaster@localhost", "URI:smtps://localhost",
        ]
        for value in values {
            let identity = try crafted(commonName: "localhost", (NID_subject_alt_name, value))
            #expect(try connect(identity, client: authority.clientContext())?.code == .certificateInvalid)
        }
    }

    @Test("a certificate for any extended key usage does not make a server")
    func anyUsage() throws {
        let name: CraftedCertificate.Extension = (NID_subject_alt_name, "DNS:localhost")
        let any = try crafted(commonName: nil, name, (NID_ext_key_usage, "anyExtendedKeyUsage"))
        #expect(try connect(any, client: authority.clientContext())?.code == .certificateInvalid)
        // No extension at all restricts nothing (RFC 5280 section 4.2.1.12).
        #expect(try connect(try crafted(commonName: nil, name), client: authority.clientContext()) == nil)
    }

    @Test("an authority's name constraints bind what it issues")
    func nameConstraints() throws {
        let root = try CraftedCertificate.make(
            commonName: "Constrained CA",
            [
                (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign"),
                (NID_name_constraints, "critical,permitted;DNS:example.com"),
            ],
            issuer: nil
        )
        let bundle = try TemporaryFile(root.certificateChainPEM)
        let client = try authority.clientContext { $0.trustRoots = .file(bundle.path) }
        func leaf(_ name: StaticString) throws -> TLSIdentity {
            try CraftedCertificate.make(commonName: nil, [(NID_subject_alt_name, name)], issuer: root)
        }
        #expect(try connect(to: "mail.example.com", leaf("DNS:mail.example.com"), client: client) == nil)
        #expect(try connect(leaf("DNS:localhost"), client: client)?.code == .certificateInvalid)
    }
}
