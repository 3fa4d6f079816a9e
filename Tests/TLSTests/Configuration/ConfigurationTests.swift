import TLS
import Testing

@Suite struct ConfigurationTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test func theDefaultsAreStrict() {
        let configuration = TLSClientConfiguration()
        #expect(configuration.trustRoots == .system)
        #expect(configuration.verification == .full)
        #expect(configuration.minimumVersion == .v1_2)
        #expect(configuration.maximumVersion == nil)
        #expect(configuration.identity == nil)
    }

    @Test func versionsAreOrdered() {
        let versions: [TLSVersion] = [.v1_0, .v1_1, .v1_2, .v1_3]
        #expect(versions.sorted() == versions)
        #expect(versions.map(\.description) == ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
    }

    @Test func identitiesPrintNoSecrets() throws {
        let identity = try authority.identity()
        var configuration = TLSClientConfiguration()
        configuration.identity = identity
        var dumped = ""
        dump(configuration, to: &dumped)
        let firstKeyBytes = "\(identity.privateKeyPEM.prefix(8))".dropFirst().dropLast()
        for text in ["\(identity)", String(reflecting: identity), "\(configuration)", dumped] {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains(firstKeyBytes))
        }
    }

    @Test func identitiesAreReadFromFiles() throws {
        let identity = try authority.identity()
        let certificate = try TemporaryFile(identity.certificateChainPEM)
        let key = try TemporaryFile(identity.privateKeyPEM)
        #expect(try TLSIdentity(certificateFile: certificate.path, keyFile: key.path) == identity)
    }

    @Test func missingFilesAreNamed() throws {
        let error = #expect(throws: TLSError.self) {
            try TLSIdentity(certificateFile: "/nonexistent/tls.crt", keyFile: "/nonexistent/tls.key")
        }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains("/nonexistent/tls.crt") == true)
        #expect(throws: TLSError.self) { try TLSIdentity(certificateFile: "/dev/zero", keyFile: "/dev/zero") }
    }

    @Test(arguments: ["", "no certificates here", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func badBundlesAreRefused(content: String) throws {
        let bundle = try TemporaryFile(Array(content.utf8))
        let error = #expect(throws: TLSError.self) {
            try authority.clientContext { $0.trustRoots = .file(bundle.path) }
        }
        #expect(error?.code == .configuration)
        #expect(error?.reason.contains(bundle.path) == true)
    }

    @Test func badIdentitiesAreRefused() throws {
        let good = try authority.identity()
        let other = try authority.identity()
        let encryptedKey = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgAAAAAAAAAAAICCAAw
            -----END ENCRYPTED PRIVATE KEY-----

            """
        let bad: [(chain: [UInt8], key: [UInt8])] = [
            ([], good.privateKeyPEM),
            (good.certificateChainPEM, []),
            (good.privateKeyPEM, good.certificateChainPEM),
            (good.certificateChainPEM, other.privateKeyPEM),
            (good.certificateChainPEM, Array(encryptedKey.utf8)),
            (good.certificateChainPEM + Array("-----BEGIN CERTIFICATE-----\nAA\n".utf8), good.privateKeyPEM),
        ]
        for (chain, key) in bad {
            let identity = TLSIdentity(certificateChainPEM: chain, privateKeyPEM: key)
            let error = #expect(throws: TLSError.self) {
                try TLSServerContext(TLSServerConfiguration(identity: identity))
            }
            #expect(error?.code == .configuration)
        }
    }

    @Test func anEmptyRangeOfVersionsIsRefused() throws {
        #expect(throws: TLSError.self) {
            try authority.clientContext {
                $0.minimumVersion = .v1_3
                $0.maximumVersion = .v1_2
            }
        }
    }
}
