import TLS
import Testing

@Suite struct VerificationTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    /// Connects with a client context and returns what the client was told.
    private func connect(
        to serverName: String,
        client: TLSClientContext,
        server identity: TLSIdentity
    ) throws -> (completed: Bool, error: TLSError?, serverSawName: String?) {
        let pair = try EmbeddedPair(
            client: TLSHandler(client: client, serverName: serverName),
            server: TLSHandler(server: authority.serverContext(identity))
        )
        defer { pair.finish() }
        try pair.handshake()
        return (
            pair.clientEvents.handshake != nil, pair.clientEvents.errors.first, pair.serverEvents.handshake?.serverName
        )
    }

    @Test(arguments: [
        ("mail.example.com", ["mail.example.com"], []),
        ("MAIL.example.com", ["mail.example.com"], []),
        ("mail.example.com.", ["mail.example.com"], []),
        ("a.example.com", ["*.example.com"], []),
        ("127.0.0.1", [], ["127.0.0.1"]),
        ("::1", ["localhost"], ["::1"]),
    ])
    func rightNamesAreAccepted(name: String, dnsNames: [String], addresses: [String]) throws {
        let identity = try authority.identity(dnsNames: dnsNames, ipAddresses: addresses)
        let result = try connect(to: name, client: authority.clientContext(), server: identity)
        #expect(result.completed)
        #expect(result.error == nil)
        // RFC 6066 section 3: names without their last dot, and never addresses.
        #expect(result.serverSawName?.lowercased() == (addresses.isEmpty ? name.trimmingDot.lowercased() : nil))
    }

    @Test(arguments: [
        ("other.example.com", ["mail.example.com", "smtp.example.com"], []),
        ("example.com", ["*.example.com"], []),
        ("a.b.example.com", ["*.example.com"], []),
        ("127.0.0.2", [], ["127.0.0.1"]),
        ("127.0.0.1", ["127.0.0.1"], []),
        ("::2", [], ["::1"]),
    ])
    func wrongNamesAreRefused(name: String, dnsNames: [String], addresses: [String]) throws {
        let identity = try authority.identity(dnsNames: dnsNames, ipAddresses: addresses)
        let error = try connect(to: name, client: authority.clientContext(), server: identity).error
        #expect(error?.code == .certificateInvalid)
        #expect(error?.reason.contains("the server \(name)") == true)
        for listed in dnsNames {
            #expect(error?.reason.contains(listed) == true)
        }
    }

    @Test func anExpiredCertificateIsRefusedWithItsDate() throws {
        // 2020-06-01T00:00:00Z
        let validity = CertificateValidity(notBefore: 1_577_836_800, notAfter: 1_590_969_600)
        let identity = try authority.identity(validity: validity)
        let error = try connect(to: "localhost", client: authority.clientContext(), server: identity).error
        #expect(error?.code == .certificateInvalid)
        #expect(error?.reason.contains("CN=localhost expired at 2020-06-01 00:00:00Z") == true)
    }

    @Test func aCertificateOfTheFutureIsRefused() throws {
        let validity = CertificateValidity(notBefore: TestAuthority.farFuture - 1, notAfter: TestAuthority.farFuture)
        let identity = try authority.identity(validity: validity)
        let error = try connect(to: "localhost", client: authority.clientContext(), server: identity).error
        #expect(error?.code == .certificateInvalid)
        #expect(error?.reason.contains("not valid before 2099-12-31 23:59:59Z") == true)
    }

    @Test func anUnknownAuthorityIsRefusedByName() throws {
        let stranger = try TestAuthority(name: "Stranger CA")
        let error = try connect(
            to: "localhost",
            client: authority.clientContext(),
            server: stranger.identity()
        ).error
        #expect(error?.code == .certificateInvalid)
        #expect(error?.reason.contains("unknown issuer CN=Stranger CA") == true)
    }

    @Test func aSelfSignedCertificateIsCalledThat() throws {
        let stranger = try CertificateAuthority(name: "localhost", validity: TestAuthority.always)
        let error = try connect(
            to: "localhost",
            client: authority.clientContext(),
            server: stranger.identity
        ).error
        #expect(error?.code == .certificateInvalid)
        #expect(error?.reason.contains("CN=localhost is self-signed") == true)
    }

    @Test func aClientCertificateDoesNotMakeAServer() throws {
        let identity = try authority.identity(usage: .client)
        let error = try connect(to: "localhost", client: authority.clientContext(), server: identity).error
        #expect(error?.code == .certificateInvalid)
    }

    @Test func anExtraBundleIsAddedToTheSystems() throws {
        let identity = try authority.identity()
        let without = try TLSClientContext(TLSClientConfiguration())
        #expect(try connect(to: "localhost", client: without, server: identity).error?.code == .certificateInvalid)

        let with = try authority.clientContext { $0.trustRoots = .systemAnd(file: authority.bundle.path) }
        #expect(try connect(to: "localhost", client: with, server: identity).completed)
    }

    @Test func aTrustedLeafNeedsNoAuthority() throws {
        let identity = try authority.identity()
        let leaf = try TemporaryFile(identity.certificateChainPEM)
        let client = try authority.clientContext { $0.trustRoots = .file(leaf.path) }
        #expect(try connect(to: "localhost", client: client, server: identity).completed)
    }

    @Test(arguments: [
        (TLSClientConfiguration.Verification.full, false, false),
        (.chainOnly, true, false),
        (.none, true, true),
    ])
    func verificationCanBeLowered(
        verification: TLSClientConfiguration.Verification,
        acceptsOtherName: Bool,
        acceptsOtherAuthority: Bool
    ) throws {
        let client = try authority.clientContext { $0.verification = verification }
        let otherName = try authority.identity(dnsNames: ["other.example.com"])
        #expect(try connect(to: "localhost", client: client, server: otherName).completed == acceptsOtherName)
        let otherAuthority = try TestAuthority().identity()
        #expect(try connect(to: "localhost", client: client, server: otherAuthority).completed == acceptsOtherAuthority)
    }

    @Test func aServerCanDemandAClientCertificate() throws {
        let server = try authority.serverContext { $0.clientTrustRoots = .file(authority.bundle.path) }
        let known = try authority.identity(dnsNames: ["relay"], usage: .client)
        let unknown = try TestAuthority().identity(dnsNames: ["relay"], usage: .client)
        for (identity, accepted) in [(known, true), (unknown, false), (nil, false)] {
            let pair = try EmbeddedPair(
                client: TLSHandler(
                    client: authority.clientContext { $0.identity = identity },
                    serverName: "localhost"
                ),
                server: TLSHandler(server: server)
            )
            defer { pair.finish() }
            try pair.handshake()
            #expect((pair.serverEvents.handshake != nil) == accepted)
            // In TLS 1.3 the client is done before the server has seen its certificate: it hears of it as an alert.
            #expect(pair.clientEvents.errors.map(\.code) == (accepted ? [] : [.connectionFailed]))
        }
    }
}

extension VerificationTests {
    @Test("a client certificate can be asked for without being required, and its names are known")
    func optionalClientCertificate() throws {
        let server = try authority.serverContext {
            $0.clientTrustRoots = .file(authority.bundle.path)
            $0.requiresClientCertificate = false
        }
        let known = try authority.identity(dnsNames: ["kube-apiserver", "other"], usage: .client)
        let unknown = try TestAuthority().identity(dnsNames: ["kube-apiserver"], usage: .client)
        let wrongUsage = try authority.identity(dnsNames: ["kube-apiserver"], usage: .server)
        for version in [TLSVersion.v1_2, .v1_3] {
            for (identity, isAccepted) in [(known, true), (nil, true), (unknown, false), (wrongUsage, false)] {
                let client = try authority.clientContext {
                    $0.identity = identity
                    $0.maximumVersion = version
                }
                let pair = try EmbeddedPair(
                    client: TLSHandler(client: client, serverName: "localhost"),
                    server: TLSHandler(server: server)
                )
                defer { pair.finish() }
                try pair.handshake()
                let handshake = pair.serverEvents.handshake
                #expect((handshake != nil) == isAccepted)
                #expect(handshake?.clientCertificate?.commonName == (identity == known ? "kube-apiserver" : nil))
                #expect(
                    handshake?.clientCertificate?.dnsNames == (identity == known ? ["kube-apiserver", "other"] : nil)
                )
                #expect(pair.clientEvents.handshake?.clientCertificate == nil)
            }
        }
    }
}

extension String {
    fileprivate var trimmingDot: String { hasSuffix(".") ? String(dropLast()) : self }
}
