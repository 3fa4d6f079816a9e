import FoundationEssentials
import MailSink
import ObjectModel
import TLS

/// The stand-in for the Destination service, and the Secrets that lead a relay to it.
struct DestinationService: Sendable {
    /// How a Secret holds a binding.
    enum Form: String, CaseIterable, Sendable {
        /// One key with JSON.
        case singleKey
        /// One key for each field, as the BTP operator writes them.
        case multiKey
        /// The same with a certificate in the place of the secret, its private key in a Secret of its own.
        case certificate
    }

    static let client = "sb-client!b1"

    let server: DestinationServer
    private let authority: TestAuthority

    /// Runs `body` with a service that listens.
    static func with(_ body: (DestinationService) async throws -> Void) async throws {
        let authority = try TestAuthority()
        let names = DestinationServer.dnsNames()
        let directory = try TemporaryDirectory()
        let file = directory.path("ca.pem")
        try authority.writeCertificate(to: file)
        let leaf = LeafCertificate(dnsNames: names, validity: Self.validity)
        var certificateTLS = TLSServerConfiguration(identity: try authority.authority.issue(leaf))
        certificateTLS.clientTrustRoots = .file(file)
        let server = try await DestinationServer.start(
            tls: try authority.serverContext(dnsNames: names),
            certificateTLS: try TLSServerContext(certificateTLS)
        )
        server.setClient(Self.client, secret: "hunter2")
        do {
            try await body(DestinationService(server: server, authority: authority))
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private static var validity: CertificateValidity {
        CertificateValidity(from: Int64(Date().timeIntervalSince1970) - 60, seconds: 3600)
    }

    /// The certificate of its authority.
    var certificate: String { String(decoding: self.authority.certificatePEM, as: UTF8.self) }

    /// Adds a destination, of the tenant or of the provider.
    func set(_ destination: MailDestination, name: String = MailDestination.name, tenant: String? = nil) {
        self.server.setDestination(destination.setting("Name", name).properties, tenant: tenant)
    }

    /// Makes the Secrets of an instance, or puts another binding into them, and gives the instance's entry in the
    /// configuration.
    func bind(_ site: ProductSite, instance: String, _ form: Form = .singleKey, secret: String = "hunter2") async throws
        -> String
    {
        let name = "binding-\(instance)"
        let entry = """
                  - name: \(instance)
                    serviceCredentials:
                      secretName: \(name)
            """
        switch form {
        case .singleKey:
            let fields = self.server.binding(id: Self.client, secret: secret)
            let json = ObjectValue.object(fields.mapValues(ObjectValue.string)).json()
            try await site.create(secret: name, ["credentials": String(decoding: json, as: UTF8.self)])
            return entry + "\n          secretKey: credentials"
        case .multiKey:
            try await site.create(secret: name, self.server.binding(id: Self.client, secret: secret))
            return entry
        case .certificate:
            var fields = try self.certificateBinding()
            let key = fields.removeValue(forKey: "key") ?? ""
            try await site.create(secret: name, fields)
            try await site.create(secret: "\(name)-key", ["tls.key": key])
            return entry + "\n          privateKey: {secretName: \(name)-key, secretInternalKey: tls.key}"
        }
    }

    /// A binding by certificate, all in one.
    func certificateBinding() throws -> [String: String] {
        let leaf = LeafCertificate(dnsNames: ["client"], validity: Self.validity, usage: .client)
        let identity = try self.authority.authority.issue(leaf)
        var fields = self.server.binding(id: Self.client, secret: nil)
        fields["certificate"] = String(decoding: identity.certificateChainPEM, as: UTF8.self)
        fields["key"] = String(decoding: identity.privateKeyPEM, as: UTF8.self)
        return fields
    }
}
