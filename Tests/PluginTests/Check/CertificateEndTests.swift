import FoundationEssentials
import Testing

@testable import kubectl_tproxy

@Suite("When certificates end")
struct CertificateEndTests {
    /// Ends on 2030-01-02 at 03:04:05, a UTCTime.
    static let early = """
        -----BEGIN CERTIFICATE-----
        MIH/MIGmAgEBMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAXgwHhcNMjYwMTAxMDAw
        MDAwWhcNMzAwMTAyMDMwNDA1WjAMMQowCAYDVQQDDAF4MFkwEwYHKoZIzj0CAQYI
        KoZIzj0DAQcDQgAE9yisNfCl2TyfTWJKSDLb+KfdnmLIvllNxI6C1wI2aO3N+XeH
        Z3TY8Vr2g8Bc/H6HlrboihxNyMdxd8mXkNe7KDAKBggqhkjOPQQDAgNIADBFAiEA
        vasRDCY6cXuIBM2mvX29LGbtMQwhr8GdzHnGxpRMc78CIDOTbJDxCo7kSz2wNAAS
        cbRTvT76IMyNazLJTCRe4qFo
        -----END CERTIFICATE-----
        """
    /// Ends on 2051-01-02 at 03:04:05, a GeneralizedTime.
    static let late = """
        -----BEGIN CERTIFICATE-----
        MIIBADCBqAIBATAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAF4MCAXDTI2MDEwMTAw
        MDAwMFoYDzIwNTEwMTAyMDMwNDA1WjAMMQowCAYDVQQDDAF4MFkwEwYHKoZIzj0C
        AQYIKoZIzj0DAQcDQgAE9yisNfCl2TyfTWJKSDLb+KfdnmLIvllNxI6C1wI2aO3N
        +XeHZ3TY8Vr2g8Bc/H6HlrboihxNyMdxd8mXkNe7KDAKBggqhkjOPQQDAgNHADBE
        AiBEgkTUtFFSFV2rmZ6qthgfR9ttvY49xFLddXHSlmInsAIgftDv020DH6a8KasY
        0xWICitzlkeZ3bZTZ205T0ftjZs=
        -----END CERTIFICATE-----
        """

    static func bundle(_ pem: String) -> String { Data(pem.utf8).base64EncodedString() }

    @Test("Each of a bundle is read")
    func bundle() throws {
        let ends = CertificateEnd.all(inBundle: Self.bundle(Self.early + "\n" + Self.late + "\n"))
        #expect(try ends == ["2030-01-02T03:04:05Z", "2051-01-02T03:04:05Z"].map { try Date($0, strategy: .iso8601) })
    }

    @Test("What is no certificate ends never, and breaks nothing")
    func malformed() throws {
        for text in ["", "x", Self.early, Self.bundle("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")] {
            #expect(CertificateEnd.all(inBundle: text).isEmpty)
        }
        let text = Self.early.split(separator: "\n").dropFirst().dropLast().joined()
        let octets = Array(try #require(Data(base64Encoded: text)))
        #expect(CertificateEnd.of(certificate: octets) != nil)
        for count in octets.indices { #expect(CertificateEnd.of(certificate: Array(octets[..<count])) == nil) }
        for index in octets.indices {
            for value in [0x00, 0x30, 0x7F, 0x80, 0x84, 0xFF] as [UInt8] {
                var other = octets
                other[index] = value
                _ = CertificateEnd.of(certificate: other)
            }
        }
    }
}
