import DestinationModel
import Foundation
import MailSink
import TLS
import Testing

@testable import DestinationSources

@Suite struct ServiceBindingTests {
    private static let fields = [
        "clientid": "sb-clone!b1|destination!b2", "clientsecret": "hunter2$=",
        "url": "https://provider.authentication.eu10.example.com",
        "uri": "https://destination-configuration.cfapps.eu10.example.com/",
    ]
    private static let identities = [try? identity(), try? identity()].compactMap(\.self)
    private static let certificate = String(decoding: identities[0].certificateChainPEM, as: UTF8.self)
    private static let key = String(decoding: identities[0].privateKeyPEM, as: UTF8.self)
    /// With the passphrase `unknown`, in the form of today and in that of old.
    private static let encryptedKeys = [
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjsmLeA3CF4DAICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEL8kYadaX8rzlivZHYCxbpgEgZCb
        /GzaJGw5b1VhA6t5UFbpNnDUIqHP4JHZ3/r3orcpUI7ISx+7ri6R/ZASKbjR7n7c
        8D59fe/Tc8ncLze9oZvHCNVhTY9BfDB4xflBT25jXZ+5KZ+b17a+9ERcDjlzF4+A
        7keRS6V1a0//QDMqt8vIfr3Wm6JQ+yC1RUV82qLumxL0XLDB+SfJnt70bHanJjg=
        -----END ENCRYPTED PRIVATE KEY-----
        """,
        """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,F6ED322A701B6937B5A319270D887A26

        Z0p+CfqgsSUqysQkxRkeJDUZShYCwdcD7lGx3vExge3XteKdBig0XJvXjfk+SmfO
        SYi0zBH27I/3idPdFAdoBFDVWHHth7fEOzR0BdTZEcsXF6QFplO9OKslQrnu8Jts
        qTjFLrf3hqipgRaUXVbbNr8lMEXMTzG8h5iZoBL0AIw=
        -----END EC PRIVATE KEY-----
        """,
    ]
    private static let x509 = [
        "clientid": "sb-clone!b1", "certificate": certificate, "key": key,
        "url": "https://provider.authentication.eu10.example.com",
        "certurl": "https://provider.authentication.cert.eu10.example.com",
        "uri": "https://destination-configuration.cfapps.eu10.example.com",
    ]

    private static func identity() throws -> TLSIdentity {
        let leaf = LeafCertificate(
            dnsNames: ["client"],
            validity: CertificateValidity(from: 1_700_000_000, seconds: 86_400),
            usage: .client
        )
        return try TestAuthority().authority.issue(leaf)
    }

    private static func json(_ value: Any) throws -> [UInt8] {
        Array(try JSONSerialization.data(withJSONObject: value))
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] { Array(Data(bytes).base64EncodedString().utf8) }

    private static func keys(_ fields: [String: String]) -> [String: [UInt8]] { fields.mapValues { Array($0.utf8) } }

    /// Every form in which the same binding may come.
    static let forms: [(title: String, data: [String: [UInt8]], key: String?)] = {
        guard let plain = try? json(fields), let wrapped = try? json(["credentials": fields]) else { return [] }
        let metadata = Array(#"{"credentialProperties":[{"name":"clientid","format":"text"}]}"#.utf8)
        var multi = keys(fields)
        multi[".metadata"] = metadata
        multi["type"] = Array("destination".utf8)
        return [
            ("multi-key", multi, nil),
            ("multi-key with line ends", keys(fields.mapValues { $0 + "\n" }), nil),
            ("single-key", ["binding": plain], "binding"),
            ("single-key in base64", ["binding": base64(plain)], "binding"),
            ("single-key in base64 with a line end", ["binding": base64(plain) + [0x0A]], nil),
            ("single-key found out", ["credentials": plain, ".metadata": metadata, "plan": Array("lite".utf8)], nil),
            ("service key", ["key.json": wrapped], nil),
            ("service key in base64", ["key.json": base64(wrapped)], "key.json"),
        ]
    }()

    @Test(arguments: forms.indices) func everyForm(index: Int) throws {
        let (title, data, key) = Self.forms[index]
        let binding = try ServiceBinding(secret: "s", data: data, key: key)
        #expect(binding.clientID == Self.fields["clientid"], Comment(rawValue: title))
        #expect(binding.login == .secret(Secret("hunter2$=")))
        #expect(binding.authorization.description == "https://provider.authentication.eu10.example.com")
        #expect(binding.service.description == "https://destination-configuration.cfapps.eu10.example.com")
        #expect(!"\(binding)".contains("hunter2"))
    }

    @Test func everyFormIsThere() { #expect(Self.forms.count == 8) }

    @Test func aCertificateGoesToItsOwnHost() throws {
        let binding = try ServiceBinding(secret: "s", data: Self.keys(Self.x509))
        #expect(binding.authorization.host == "provider.authentication.cert.eu10.example.com")
        #expect(binding.login == .certificate(chain: Secret(Self.certificate.trimmed), key: Secret(Self.key.trimmed)))
        let line = try #require(Self.key.split(separator: "\n").dropFirst().first)
        #expect(!"\(binding)".contains(line))
        var dump = ""
        Swift.dump(binding, to: &dump)
        #expect(!dump.contains(line))
    }

    @Test func escapedLineEndsOfPEMAreRealOnesAgain() throws {
        let escaped = Self.x509.mapValues { $0.trimmed.replacingOccurrences(of: "\n", with: "\\n") }
        let plain = try ServiceBinding(secret: "s", data: Self.keys(Self.x509))
        #expect(try ServiceBinding(secret: "s", data: Self.keys(escaped)) == plain)
    }

    @Test func aKeyThatCannotBeUsedIsNamedWithItsFault() {
        let broken = Self.key.replacingOccurrences(of: "M", with: "N")
        let another = String(decoding: Self.identities[1].privateKeyPEM, as: UTF8.self)
        let faults =
            Self.encryptedKeys.map { ($0, "must be unencrypted") } + [
                (broken, "can't read the private key"), (another, "does not fit the certificate"),
            ]
        for (key, fault) in faults {
            var fields = Self.x509
            fields["key"] = key
            let error = #expect(throws: ServiceBindingError.self) {
                try ServiceBinding(secret: "my-secret", data: Self.keys(fields))
            }
            #expect(error?.code == .invalid && error?.fields == ["certificate", "key"])
            let text = error?.description ?? ""
            #expect(text.contains("my-secret") && text.contains(fault), Comment(rawValue: text))
            for line in key.split(separator: "\n") where line.count > 40 { #expect(!text.contains(line)) }
        }
    }

    @Test func aKeyMayBeKeptApart() throws {
        var fields = Self.x509
        fields["key"] = nil
        let data = Self.keys(fields)
        let error = #expect(throws: ServiceBindingError.self) { try ServiceBinding(secret: "s", data: data) }
        #expect(error?.fields == ["key"])
        let binding = try ServiceBinding(secret: "s", data: data, privateKey: Secret(Self.key))
        #expect(binding.login != .certificate(chain: Secret(Self.certificate.trimmed), key: Secret("")))
    }

    /// What is taken away or changed, and what is said then.
    static let faults: [([String: String?], ServiceBindingError.Code, [String])] = [
        (["clientid": nil], .missing, ["clientid"]),
        (["clientid": ""], .missing, ["clientid"]),
        (["clientsecret": nil], .missing, ["clientsecret (or certificate and key)"]),
        (["url": nil, "uri": nil], .missing, ["url", "uri"]),
        (["url": "http://p.example.com"], .invalid, ["url"]),
        (["url": "https://me:hunter2@p.example.com"], .invalid, ["url"]),
        (["url": "https://p.example.com?x=hunter2"], .invalid, ["url"]),
        (["url": "https://localhost"], .invalid, ["url"]),
        (["url": "https://10.0.0.1"], .invalid, ["url"]),
        (["uri": "destination.example.com"], .invalid, ["uri"]),
        (["uri": "https://hun ter2"], .invalid, ["uri"]),
        (["uri": "https://a.example.com:70000"], .invalid, ["uri"]),
        (["uri": "https://a..example.com"], .invalid, ["uri"]),
        (["certurl": "https://p.example.com", "clientsecret": nil], .missing, ["certificate", "key"]),
    ]

    @Test(arguments: faults.indices) func faultsNameTheFieldAndNoValue(index: Int) throws {
        let (changes, code, fields) = Self.faults[index]
        var all = Self.fields
        for (name, value) in changes { all[name] = value }
        let data = ["j": try Self.json(all)]
        for data in [Self.keys(all), data] where data["clientid"] != nil || data["uri"] != nil || data["j"] != nil {
            let error = #expect(throws: ServiceBindingError.self) {
                try ServiceBinding(secret: "my-secret", data: data)
            }
            #expect(error?.code == code)
            #expect(error?.fields == fields)
            let text = error?.description ?? ""
            #expect(text.contains("my-secret") && !text.contains("hunter2"))
            for field in fields { #expect(text.contains(field)) }
        }
    }

    @Test(arguments: ["", "x", "[]", "{", "{\"a\":1}", "null", "e30=", "{\"credentials\":7}"])
    func whatIsNoBinding(text: String) {
        let error = #expect(throws: ServiceBindingError.self) {
            try ServiceBinding(secret: "my-secret", data: ["b": Array(text.utf8)])
        }
        #expect(error?.code == .missing)
        let named = #expect(throws: ServiceBindingError.self) {
            try ServiceBinding(secret: "my-secret", data: ["b": Array(text.utf8)], key: "b")
        }
        #expect(named?.code == .malformed || named?.code == .missing)
    }

    /// What is in the text stays there: a password without its quotation mark is still one.
    @Test(
        "What is wrong with a binding's JSON is said by its place alone",
        arguments: [
            ("{\"clientid\": \"x\",\n\"clientsecret\": hunter2}", "no valid JSON (line 2, column 17)"),
            (
                "{\"clientsecret\": \"hunter2\", \"clientsecret\": \"hunter2\"}",
                "stands there twice (line 1, column 29)"
            ),
            ("{\"a\": \(String(repeating: "[", count: 50))}", "too large or too deep (line 1, column 26)"),
        ]
    )
    func faultsOfJSON(text: String, fault: String) {
        for bytes in [Array(text.utf8), Self.base64(Array(text.utf8))] {
            let error = #expect(throws: ServiceBindingError.self) {
                try ServiceBinding(secret: "my-secret", data: ["b": bytes], key: "b")
            }
            #expect(error?.code == .malformed)
            #expect(error?.message.contains(fault) == true, Comment(rawValue: error?.message ?? ""))
            #expect(error?.message.contains("hunter2") == false)
        }
    }

    @Test func twoBindingsMustBeToldApart() throws {
        let json = try Self.json(Self.fields)
        let data = ["a": json, "b": json]
        let error = #expect(throws: ServiceBindingError.self) { try ServiceBinding(secret: "s", data: data) }
        #expect(error?.code == .ambiguous)
        #expect(error?.fields == ["a", "b"])
        #expect(throws: Never.self) { try ServiceBinding(secret: "s", data: data, key: "b") }
        #expect(throws: ServiceBindingError.self) { try ServiceBinding(secret: "s", data: data, key: "c") }
    }

    @Test func tenantsHaveTheirOwnHosts() throws {
        let url = try #require(ServiceURL("https://Provider.authentication.eu10.example.com:8443/uaa/"))
        #expect(url.tenant("tenant-a")?.description == "https://tenant-a.authentication.eu10.example.com:8443/uaa")
        for hostile in ["", "a.b", "a/b", "a@b", "A", "a:1", "-a", "a#", "a\r\n", "é"] {
            #expect(url.tenant(hostile) == nil)
        }
    }

    @Test func arenewedBindingLeadsToTheSameDestinations() throws {
        let one = try ServiceBinding(secret: "s", data: Self.keys(Self.fields))
        var fields = Self.fields
        fields["clientid"] = "sb-another!b1"
        fields["clientsecret"] = "new"
        #expect(try ServiceBinding(secret: "s", data: Self.keys(fields)).origin == one.origin)
        #expect(try ServiceBinding(secret: "s", data: Self.keys(Self.x509)).origin == one.origin)
        fields["url"] = "https://other.authentication.eu10.example.com"
        #expect(try ServiceBinding(secret: "s", data: Self.keys(fields)).origin != one.origin)
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
