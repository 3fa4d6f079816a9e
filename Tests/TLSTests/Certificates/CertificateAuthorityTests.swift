import TLS
import Testing

@Suite struct CertificateAuthorityTests {
    private let authority: CertificateAuthority

    init() throws {
        authority = try CertificateAuthority(name: "Test CA", validity: TestAuthority.always)
    }

    private func leaf(dnsNames: [String] = [], ipAddresses: [String] = []) -> LeafCertificate {
        LeafCertificate(dnsNames: dnsNames, ipAddresses: ipAddresses, validity: TestAuthority.always)
    }

    @Test func openSSLVerifiesWhatIsIssued() async throws {
        let bundle = try TemporaryFile(authority.certificatePEM)
        let identity = try authority.issue(leaf(dnsNames: ["mail.example.com"], ipAddresses: ["127.0.0.1", "::1"]))
        let certificate = try TemporaryFile(identity.certificateChainPEM)
        let verdict = try await OpenSSLProcess.run(
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-CAfile",
            bundle.path,
            certificate.path,
            until: "\n"
        )
        #expect(verdict.contains(": OK"))

        let text = try await OpenSSLProcess.run(
            "x509",
            "-in",
            certificate.path,
            "-noout",
            "-text",
            until: "Signature Value"
        )
        #expect(text.contains("DNS:mail.example.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"))
        #expect(text.contains("Issuer: CN = Test CA"))
        #expect(text.contains("Subject: CN = mail.example.com"))
        #expect(text.contains("Not Before: Jan  1 00:00:00 2020 GMT"))
        #expect(text.contains("Not After : Jan  1 00:00:00 2100 GMT"))
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("TLS Web Server Authentication"))
    }

    @Test func anAuthorityIsTakenUpFromItsPEM() throws {
        let again = try CertificateAuthority(identity: authority.identity)
        #expect(again.certificatePEM == authority.certificatePEM)
        _ = try again.issue(leaf(dnsNames: ["localhost"]))
    }

    @Test func aLeafIsNoAuthority() throws {
        let identity = try authority.issue(leaf(dnsNames: ["localhost"]))
        #expect(throws: TLSError.self) { try CertificateAuthority(identity: identity) }
    }

    @Test func anAuthorityWithAnothersKeyIsRefused() throws {
        let other = try CertificateAuthority(name: "Test CA", validity: TestAuthority.always)
        let mixed = TLSIdentity(
            certificateChainPEM: authority.certificatePEM,
            privateKeyPEM: other.identity.privateKeyPEM
        )
        #expect(throws: TLSError.self) { try CertificateAuthority(identity: mixed) }
    }

    @Test func everyCertificateHasItsOwnKeyAndSerialNumber() throws {
        let first = try authority.issue(leaf(dnsNames: ["localhost"]))
        let second = try authority.issue(leaf(dnsNames: ["localhost"]))
        #expect(first.privateKeyPEM != second.privateKeyPEM)
        #expect(first.certificateChainPEM != second.certificateChainPEM)
    }

    @Test(arguments: [
        "", "a,DNS:evil.example", "sp ace", "nul\0.example", "bücher.example", String(repeating: "a", count: 254),
    ])
    func badHostNamesAreRefused(name: String) {
        #expect(throws: TLSError.self) { try authority.issue(leaf(dnsNames: [name])) }
    }

    @Test(arguments: ["", "localhost", "1.2.3", "1.2.3.400", ":::"])
    func badAddressesAreRefused(address: String) {
        #expect(throws: TLSError.self) { try authority.issue(leaf(ipAddresses: [address])) }
    }

    @Test func aCertificateForNothingIsRefused() {
        #expect(throws: TLSError.self) { try authority.issue(leaf()) }
    }

    @Test func aNameTooLongForTheSubjectStillWorks() throws {
        let name = "\(String(repeating: "a", count: 60)).\(String(repeating: "b", count: 60)).example"
        let identity = try authority.issue(leaf(dnsNames: [name]))
        #expect(!identity.certificateChainPEM.isEmpty)
    }

    @Test func aCommonNameTooLongForAnAuthorityIsRefused() {
        let name = String(repeating: "a", count: 65)
        #expect(throws: TLSError.self) { try CertificateAuthority(name: name, validity: TestAuthority.always) }
    }

    @Test func timesOutOfReachAreRefused() {
        let never = CertificateValidity(notBefore: .min, notAfter: .max)
        #expect(throws: TLSError.self) { try CertificateAuthority(name: "CA", validity: never) }
        #expect(CertificateValidity(from: .max, seconds: 1).notAfter == .max)
        #expect(CertificateValidity(from: .min, seconds: -1).notBefore == .min)
        #expect(
            CertificateValidity(from: 10_000, seconds: 60) == CertificateValidity(notBefore: 6_400, notAfter: 10_060)
        )
    }
}
