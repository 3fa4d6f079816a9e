import DestinationModel
import Foundation
import HTTPTransport
import MailSink
import Synchronization
import TLS
import TestSupport
import Testing

@testable import DestinationSources

/// A stand-in of the Destination service, and a source that asks it over the wire.
struct ServiceBench: Sendable {
    let server: DestinationServer
    let source: DestinationServiceSource
    let tokens: OAuth2TokenProvider
    let time: ManualTime
    let log: LogCollector
    let lookUps: LookUpLog

    static let client = "sb-client!b1"

    /// What the source counts.
    final class LookUpLog: Sendable {
        private let stored = Mutex<[DestinationLookupError.Code?]>([])
        var codes: [DestinationLookupError.Code?] { stored.withLock { $0 } }
        func append(_ error: DestinationLookupError?) { stored.withLock { $0.append(error?.code) } }
    }

    /// Runs `body` with a service that knows tenant-a, subscribed, and tenant-b, not subscribed.
    static func with(
        _ settings: DestinationServiceSettings = DestinationServiceSettings(),
        usesCertificate: Bool = false,
        _ body: (ServiceBench) async throws -> Void
    ) async throws {
        let authority = try TestAuthority()
        let time = ManualTime()
        let names = DestinationServer.dnsNames()
        let folder = try TemporaryFolder()
        let server = try await DestinationServer.start(
            tls: try authority.serverContext(dnsNames: names),
            certificateTLS: usesCertificate ? try certificateContext(authority, names, folder) : nil,
            now: { time.now }
        )
        server.setClient(client, secret: "hunter2")
        server.setTenant("tenant-a")
        server.setTenant("tenant-b", isSubscribed: false)
        let result: Result<Void, any Error>
        do {
            let fields = server.binding(id: client, secret: usesCertificate ? nil : "hunter2")
            let binding = try binding(fields, usesCertificate ? authority : nil)
            result = .success(try await body(bench(server, binding, settings, authority, time)))
        } catch {
            result = .failure(error)
        }
        await server.stop()
        try result.get()
    }

    private static func bench(
        _ server: DestinationServer,
        _ binding: ServiceBinding,
        _ settings: DestinationServiceSettings,
        _ authority: TestAuthority,
        _ time: ManualTime
    ) throws -> ServiceBench {
        let log = LogCollector()
        let lookUps = LookUpLog()
        var transport = HTTPClientConfiguration()
        transport.trust = .only(.bytes(authority.certificatePEM))
        transport.proxy = .none
        let tokens = OAuth2TokenProvider(client: try HTTPClient(transport), logger: log.logger) { time.now }
        var environment = DestinationServiceEnvironment(transport: transport, tokens: tokens, logger: log.logger)
        environment.now = { time.now }
        environment.jitter = { 0 }
        environment.pause = { _ in }
        environment.onLookUp = lookUps.append
        let source = try DestinationServiceSource(
            instance: "one",
            binding: binding,
            settings: settings,
            environment: environment
        )
        return ServiceBench(server: server, source: source, tokens: tokens, time: time, log: log, lookUps: lookUps)
    }

    static func binding(_ fields: [String: String], _ authority: TestAuthority? = nil) throws -> ServiceBinding {
        var fields = fields
        if let authority {
            let leaf = LeafCertificate(dnsNames: ["client"], validity: validity, usage: .client)
            let identity = try authority.authority.issue(leaf)
            fields["certificate"] = String(decoding: identity.certificateChainPEM, as: UTF8.self)
            fields["key"] = String(decoding: identity.privateKeyPEM, as: UTF8.self)
        }
        return try ServiceBinding(secret: "binding", data: fields.mapValues { Array($0.utf8) })
    }

    private static func certificateContext(
        _ authority: TestAuthority,
        _ names: [String],
        _ folder: TemporaryFolder
    ) throws -> TLSServerContext {
        try authority.writeCertificate(to: folder.path + "/ca.pem")
        let leaf = LeafCertificate(dnsNames: names, validity: validity)
        var configuration = TLSServerConfiguration(identity: try authority.authority.issue(leaf))
        configuration.clientTrustRoots = .file(folder.path + "/ca.pem")
        return try TLSServerContext(configuration)
    }

    private static var validity: CertificateValidity {
        CertificateValidity(from: Int64(Date().timeIntervalSince1970), seconds: 3600)
    }

    /// The host that is found; nil if none is.
    func host(_ reference: DestinationReference) async -> String? {
        try? await source.resolve(reference).destination.host
    }

    /// Why nothing is found.
    func error(_ reference: DestinationReference) async -> DestinationLookupError? {
        do throws(DestinationLookupError) {
            _ = try await source.resolve(reference)
            return nil
        } catch {
            return error
        }
    }
}

/// A destination's properties for a host.
func mailProperties(_ name: String = "mail", host: String, _ more: [String: String] = [:]) -> [String: String] {
    [
        "Name": name, "Type": "MAIL", "ProxyType": "Internet", "Authentication": "BasicAuthentication",
        "mail.transport.protocol": "smtps", "mail.smtps.host": host, "mail.user": "user", "mail.password": "hunter2",
    ].merging(more) { $1 }
}

/// A reference to a destination of instance `one`.
func reference(
    _ name: String = "mail",
    _ tenant: String? = nil,
    level: DestinationLevel? = nil,
    fragment: FragmentReference? = nil
) -> DestinationReference {
    DestinationReference(destination: name, instance: "one", tenant: tenant, level: level, fragment: fragment)
}
