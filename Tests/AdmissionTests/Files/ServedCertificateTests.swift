import NIOPosix
import TLS
import TestSupport
import Testing

@testable import Admission

@Suite("The certificate that is served")
struct ServedCertificateTests {
    @Test("A pair that doesn't match is not taken, and what was served goes on")
    func halfWritten() async throws {
        let files = try CertificateFiles()
        defer { files.remove() }
        try files.write(try CertificateFiles.identity())
        let served = try ServedCertificate(certificateFile: files.certificate, keyFile: files.key)
        let first = served.client
        let next = try CertificateFiles.identity(validity: CertificateValidity(notBefore: 0, notAfter: 4_000_000_000))
        try files.write(certificateOf: next)
        #expect(throws: TLSError.self) { try served.reload() }
        #expect(served.client === first)
        try files.write(keyOf: next)
        try served.reload()
        #expect(served.client !== first)
        #expect(served.expiry == 4_000_000_000)
    }

    @Test("What is no certificate is an error that says which file")
    func unusable() throws {
        let files = try CertificateFiles()
        defer { files.remove() }
        let error = #expect(throws: TLSError.self) {
            try ServedCertificate(certificateFile: files.certificate, keyFile: files.key)
        }
        #expect(error?.description.contains(files.certificate) == true)
    }

    @Test("The server's own handshake tells whether it can be reached, by the certificate of the moment")
    func selfCheck() async throws {
        let files = try CertificateFiles()
        defer { files.remove() }
        try files.write(try CertificateFiles.identity())
        let served = try ServedCertificate(certificateFile: files.certificate, keyFile: files.key)
        let test = try await TestServer(tls: served.server)
        func problem() async -> String? {
            let group = MultiThreadedEventLoopGroup.singleton
            return await SelfCheck(address: test.server.address, certificate: served, group: group).problem()
        }
        #expect(await problem() == nil)
        let next = try CertificateFiles.identity()
        try files.write(next)
        try served.reload()
        #expect(await problem() == nil)
        // A certificate that has expired can be served, but to nobody's use.
        try files.write(try CertificateFiles.identity(validity: CertificateValidity(notBefore: 0, notAfter: 1000)))
        try served.reload()
        #expect(await problem()?.contains("expired") == true)
        await test.close()
        #expect(await problem() != nil)
    }
}
