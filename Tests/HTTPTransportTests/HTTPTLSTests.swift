import Foundation
import HTTPTransport
import Testing

@Suite struct HTTPTLSTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    private func get(
        _ url: String,
        _ configure: (inout HTTPClientConfiguration) -> Void
    ) async throws -> Result<HTTPResponse, HTTPError> {
        try await withClient(configure) { client in
            do {
                return .success(try await client.execute(HTTPRequest(url: url)))
            } catch let error as HTTPError {
                return .failure(error)
            }
        }
    }

    private func code(_ result: Result<HTTPResponse, HTTPError>) -> HTTPError.Code? {
        if case .failure(let error) = result { error.code } else { nil }
    }

    @Test func anUnknownAuthorityIsRefused() async throws {
        let server = try TLSServer(certificates)
        let result = try await get(server.url) { $0.trust = .system }
        #expect(code(result) == .tls)
        let other = try await get(server.url) { $0.trust = .only(.file(certificates.otherAuthority)) }
        #expect(code(other) == .tls)
    }

    @Test func anAddedAuthorityIsTrusted() async throws {
        let server = try TLSServer(certificates)
        let authority = try [UInt8](Data(contentsOf: URL(fileURLWithPath: certificates.authority)))
        for trust in [
            HTTPTrustRoots.systemAnd(.file(certificates.authority)), .only(.file(certificates.authority)),
            .only(.bytes(authority)),
        ] {
            let result = try await get(server.url) { $0.trust = trust }
            #expect(try result.get().status == 200)
        }
    }

    @Test func theNameIsVerified() async throws {
        let server = try TLSServer(certificates)
        let result = try await get("https://127.0.0.1:\(server.port)/") {
            $0.trust = .only(.file(certificates.authority))
        }
        #expect(code(result) == .tls)
    }

    @Test(
        "a server that knows only what the policy excludes is refused",
        arguments: [
            ["-groups", "ffdhe2048"],
            ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"],
            ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256"],
        ]
    )
    func policy(arguments: [String]) async throws {
        let server = try TLSServer(certificates, arguments)
        let result = try await get(server.url) { $0.trust = .only(.file(certificates.authority)) }
        #expect(code(result) == .tls)
    }

    @Test func nothingBelowTLS12() async throws {
        let old = try TLSServer(certificates, ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"])
        let refused = try await get(old.url) { $0.trust = .only(.file(certificates.authority)) }
        #expect(code(refused) == .tls)
        let new = try TLSServer(certificates, ["-tls1_2"])
        let taken = try await get(new.url) { $0.trust = .only(.file(certificates.authority)) }
        #expect(try taken.get().status == 200)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func aClientCertificateIsShown(version: String) async throws {
        let server = try TLSServer(
            certificates,
            [version, "-Verify", "1", "-verify_return_error", "-CAfile", certificates.authority]
        )
        let anonymous = try await get(server.url) { $0.trust = .only(.file(certificates.authority)) }
        #expect(code(anonymous) == .tls)
        let known = try await get(server.url) {
            $0.trust = .only(.file(certificates.authority))
            $0.identity = HTTPClientIdentity(
                certificateChain: .file(certificates.client.certificate),
                privateKey: .file(certificates.client.key)
            )
        }
        let page = String(decoding: try known.get().body, as: UTF8.self)
        #expect(page.contains("CN = client") || page.contains("CN=client"))
    }

    /// Nobody is there to be asked for the passphrase.
    @Test(arguments: [false, true])
    func anEncryptedKeyIsAnError(isTraditional: Bool) async throws {
        let server = try TLSServer(certificates, ["-tls1_3"])
        let key = try certificates.encryptedKey(isTraditional: isTraditional)
        #expect(try String(contentsOfFile: key, encoding: .utf8).contains("ENCRYPTED"))
        let refused = try await get(server.url) {
            $0.trust = .only(.file(certificates.authority))
            $0.identity = HTTPClientIdentity(
                certificateChain: .file(certificates.client.certificate),
                privateKey: .file(key)
            )
        }
        #expect(throws: HTTPError.self) { try refused.get() }
    }

    @Test func unusableFilesAreRefusedAtOnce() throws {
        for pem in [
            HTTPPEM.file(certificates.folder + "/none.pem"), .file(certificates.folder), .file("/dev/zero"),
            .file(certificates.client.key), .bytes([]), .bytes(Array("hello".utf8)),
        ] {
            var configuration = HTTPClientConfiguration()
            configuration.trust = .systemAnd(pem)
            let error = #expect(throws: HTTPError.self) { try HTTPClient(configuration) }
            #expect(error?.code == .invalidConfiguration)
        }
    }
}
