import TLS
import Testing

@Suite struct CertificateFactsTests {
    private let authority: CertificateAuthority
    private let root: CertificateFacts

    init() throws {
        authority = try CertificateAuthority(name: "Facts CA", validity: TestAuthority.always)
        root = try #require(try CertificateFacts.read(authority.certificatePEM).first)
    }

    private func leaf(
        dnsNames: [String] = ["mail.example.com"],
        ipAddresses: [String] = [],
        validity: CertificateValidity = TestAuthority.always,
        usage: LeafCertificate.Usage = .server
    ) throws -> (facts: CertificateFacts, identity: TLSIdentity) {
        let certificate = LeafCertificate(
            dnsNames: dnsNames,
            ipAddresses: ipAddresses,
            validity: validity,
            usage: usage
        )
        let identity = try authority.issue(certificate)
        return (try #require(try CertificateFacts.read(identity.certificateChainPEM).first), identity)
    }

    @Test func saysWhatOpenSSLSays() async throws {
        let (facts, identity) = try leaf(
            dnsNames: ["mail.example.com", "*.example.com"],
            ipAddresses: ["192.0.2.7"],
            validity: CertificateValidity(notBefore: 1_767_225_600, notAfter: 1_798_761_599)
        )
        #expect(facts.subject == "CN=mail.example.com")
        #expect(facts.issuer == "CN=Facts CA")
        #expect(facts.dnsNames == ["mail.example.com", "*.example.com"])
        #expect(facts.ipAddresses == ["192.0.2.7"])
        #expect(facts.validity == CertificateValidity(notBefore: 1_767_225_600, notAfter: 1_798_761_599))
        #expect(!facts.isAuthority)
        #expect(root.isAuthority)

        let file = try TemporaryFile(identity.certificateChainPEM)
        let text = try await OpenSSLProcess.run(
            "x509",
            "-in",
            file.path,
            "-noout",
            "-serial",
            "-fingerprint",
            "-sha256",
            until: "Fingerprint="
        )
        #expect(text.lowercased().contains("serial=\(facts.serialNumber)\n"))
        #expect(text.lowercased().replacing(":", with: "").contains("fingerprint=\(facts.fingerprint)\n"))
    }

    @Test(arguments: [-1, 0, 1, 2_147_483_648, 4_102_444_800, 253_402_300_799])
    func readsTimesOfAllAges(end: Int64) throws {
        let validity = CertificateValidity(notBefore: -1_000_000, notAfter: end)
        #expect(try leaf(validity: validity).facts.validity == validity)
    }

    @Test func readsABundleInItsOrderAndDropsTheText() throws {
        let (facts, _) = try leaf()
        let text = Array("Subject: someone\n".utf8) + root.pem + Array("# and\n".utf8) + facts.pem
        #expect(try CertificateFacts.read(text) == [root, facts])
    }

    @Test func theKeyFits() throws {
        let (facts, identity) = try leaf()
        #expect(facts.fits(privateKeyPEM: identity.privateKeyPEM))
        #expect(!facts.fits(privateKeyPEM: authority.identity.privateKeyPEM))
        #expect(!facts.fits(privateKeyPEM: []))
        #expect(!facts.fits(privateKeyPEM: facts.pem))
    }

    @Test func theSignatureCountsAndNotTheName() throws {
        let (facts, _) = try leaf()
        let namesake = try CertificateAuthority(name: "Facts CA", validity: TestAuthority.always)
        let other = try #require(try CertificateFacts.read(namesake.certificatePEM).first)
        #expect(facts.isSigned(by: root))
        #expect(root.isSigned(by: root))
        #expect(!facts.isSigned(by: other))
        #expect(!root.isSigned(by: facts))
    }

    @Test func acceptedAsAServerForTheNameAndTheTime() throws {
        let validity = CertificateValidity(notBefore: 1000, notAfter: 2000)
        let early = try CertificateAuthority(
            name: "Early CA",
            validity: CertificateValidity(notBefore: 1100, notAfter: 1900)
        )
        let earlyRoot = try #require(try CertificateFacts.read(early.certificatePEM).first)
        let made = try early.issue(LeafCertificate(dnsNames: ["a.example", "*.b.example"], validity: validity))
        let facts = try #require(try CertificateFacts.read(made.certificateChainPEM).first)
        func accepted(_ roots: [CertificateFacts], _ name: String, _ time: Int64) -> Bool {
            facts.isAccepted(trusting: roots, name: name, at: time)
        }
        #expect(accepted([earlyRoot], "a.example", 1500))
        #expect(accepted([root, earlyRoot, earlyRoot], "x.b.example", 1500))
        #expect(!accepted([root], "a.example", 1500))
        #expect(!accepted([], "a.example", 1500))
        #expect(!accepted([earlyRoot], "b.example", 1500))
        #expect(!accepted([earlyRoot], "", 1500))
        #expect(!accepted([earlyRoot], "a.example", 1050), "the authority isn't valid yet")
        #expect(!accepted([earlyRoot], "a.example", 1950), "the authority has expired")
        #expect(!accepted([earlyRoot], "a.example", 2001))
    }

    @Test func aClientCertificateIsNoServer() throws {
        let (facts, _) = try leaf(usage: .client)
        #expect(!facts.isAccepted(trusting: [root], name: "mail.example.com", at: 1_700_000_000))
    }

    @Test func hostileTextThrowsOrIsRead() throws {
        let (facts, identity) = try leaf()
        for text in [
            [], Array("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".utf8),
            Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8),
            identity.privateKeyPEM, [UInt8](repeating: 0, count: 10_000), facts.pem.dropLast(30) + [],
            [UInt8](repeating: UInt8(ascii: "\n"), count: 1024 * 1024) + facts.pem,
            facts.pem + Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8),
        ] {
            #expect(throws: TLSError.self) { try CertificateFacts.read(text) }
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var damaged = facts.pem
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                damaged[Int.random(in: damaged.indices, using: &generator)] = UInt8.random(
                    in: 0...255,
                    using: &generator
                )
            }
            guard let read = try? CertificateFacts.read(damaged).first else { continue }
            // What still reads as a certificate is either the same one or doesn't verify.
            if read != facts { #expect(!read.isSigned(by: root)) }
            _ = read.isAccepted(trusting: [root], name: "mail.example.com", at: 1_700_000_000)
        }
    }
}
