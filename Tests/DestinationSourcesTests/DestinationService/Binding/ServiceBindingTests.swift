import DestinationModel
import Foundation
import Testing

@testable import DestinationSources

@Suite struct ServiceBindingTests {
    private static let fields = [
        "clientid": "sb-clone!b1|destination!b2", "clientsecret": "hunter2$=",
        "url": "https://provider.authentication.eu10.example.com",
        "uri": "https://destination-configuration.cfapps.eu10.example.com/",
    ]
    private static let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    private static let key = "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n"
    private static let x509 = [
        "clientid": "sb-clone!b1", "certificate": certificate, "key": key,
        "url": "https://provider.authentication.eu10.example.com",
        "certurl": "https://provider.authentication.cert.eu10.example.com",
        "uri": "https://destination-configuration.cfapps.eu10.example.com",
    ]

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
        #expect(!"\(binding)".contains("hunter2"))
        var dump = ""
        Swift.dump(binding, to: &dump)
        #expect(!dump.contains("hunter2"))
    }

    @Test func escapedLineEndsOfPEMAreRealOnesAgain() throws {
        let escaped = Self.x509.mapValues { $0.trimmed.replacingOccurrences(of: "\n", with: "\\n") }
        let plain = try ServiceBinding(secret: "s", data: Self.keys(Self.x509))
        #expect(try ServiceBinding(secret: "s", data: Self.keys(escaped)) == plain)
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
        #expect(try ServiceBinding(secret: "s", data: Self.keys(fields)).leadsToTheSame(as: one))
        #expect(try ServiceBinding(secret: "s", data: Self.keys(Self.x509)).leadsToTheSame(as: one))
        fields["url"] = "https://other.authentication.eu10.example.com"
        #expect(try !ServiceBinding(secret: "s", data: Self.keys(fields)).leadsToTheSame(as: one))
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
