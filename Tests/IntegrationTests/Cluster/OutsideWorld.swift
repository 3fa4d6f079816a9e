import FoundationEssentials
import MailSink
import ObjectModel
import TLS

/// The servers outside of the cluster, by names that its pods know: a mail server, another one that wants tokens, the
/// token service, and a stand-in for BTP's Destination service.
///
/// The servers are those of all tests, on this machine's loopback. They stand at the cluster's outside address, each at a
/// port of its own, and Services without selectors give them names and the usual ports.
final class OutsideWorld: Sendable {
    static let namespace = "outside"
    /// What the servers' certificates are for.
    static let names = ["*.\(domain)"]
    /// The tenants of the seed's sample.
    static let tenants = ["tenant-subdomain", "another-tenant-subdomain"]

    static let domain = "\(namespace).svc.cluster.local"
    private static let client = "sb-client!b1"

    let destinationService: DestinationServer
    let servers: MailServers
    private let authority: TestAuthority
    private let clientSecret = MailAccount.random()
    private let passage: ChildProcess

    /// Where each server is: the names it has, the port of those, and the port on the loopback.
    private struct Place {
        let names: [String]
        let port: Int
        let target: Int
    }

    init(_ cluster: Cluster, servers: MailServers) async throws {
        Progress.say("placing the mail servers outside of the cluster, at \(cluster.address)")
        let authority = try TestAuthority()
        let names = DestinationServer.dnsNames(domain: Self.domain)
        let service = try await DestinationServer.start(
            domain: Self.domain,
            tls: authority.serverContext(dnsNames: names)
        )
        (self.servers, self.authority, self.destinationService) = (servers, authority, service)
        let places = [
            Place(names: ["mail"], port: 465, target: servers.postfix.port),
            Place(names: ["submission"], port: 465, target: servers.submission.port),
            Place(names: ["login"], port: 443, target: servers.authorization.tokenPort),
            Place(
                names: ["destination", DestinationServer.provider] + Self.tenants,
                port: 443,
                target: service.port
            ),
        ]
        // Each listens outside at the port that it has on the loopback: none is there twice.
        let ports = places.map { "\($0.target)=\($0.target)" }
        let passage = try ChildProcess(
            ["/usr/bin/env", "python3", Scripts.path("forward.py"), cluster.networkNamespace ?? "-"]
                + [cluster.networkNamespace == nil ? "0.0.0.0" : cluster.address] + ports
        )
        self.passage = passage
        do {
            try await eventually("the outside world to be reachable") { () -> Void? in
                if let status = passage.exitStatus {
                    let result = ProcessResult(status: status, output: "", errorOutput: passage.errorOutput)
                    throw ProcessFailure(program: "forward.py", result: result)
                }
                return passage.output.hasSuffix("\n") ? () : nil
            }
            try await cluster.kubectl.check(["create", "namespace", Self.namespace])
            try await cluster.kubectl.apply(places.flatMap { Self.objects($0, address: cluster.address) })
        } catch {
            await self.stop()
            throw error
        }
        self.fillDestinationService()
    }

    func stop() async {
        await self.passage.stop()
        await self.destinationService.stop()
    }

    /// A Service with no selector, and the endpoint that it leads to, for each name.
    private static func objects(_ place: Place, address: String) -> [ObjectValue] {
        place.names.flatMap { name -> [ObjectValue] in
            let metadata = ObjectValue.object(["name": .string(name), "namespace": .string(Self.namespace)])
            let service = ObjectValue.object(["port": .integer(place.port), "targetPort": .integer(place.target)])
            let endpoint = ObjectValue.object([
                "addresses": .array([.object(["ip": .string(address)])]),
                "ports": .array([.object(["port": .integer(place.target)])]),
            ])
            return [
                .object([
                    "apiVersion": .string("v1"), "kind": .string("Service"), "metadata": metadata,
                    "spec": .object(["ports": .array([service])]),
                ]),
                .object([
                    "apiVersion": .string("v1"), "kind": .string("Endpoints"), "metadata": metadata,
                    "subsets": .array([endpoint]),
                ]),
            ]
        }
    }
}

// MARK: Destinations

extension OutsideWorld {
    /// The account that a tenant's mail leaves with; without a tenant, the provider's.
    func account(of tenant: String?) -> MailAccount {
        switch tenant {
        case nil: self.servers.accounts.shop
        case Self.tenants[0]: self.servers.accounts.acme
        default: self.servers.accounts.globex
        }
    }

    /// The last tenant's server wants tokens, the others' passwords.
    func destination(of tenant: String?) -> MailDestination {
        let account = self.account(of: tenant)
        guard tenant == Self.tenants.last else {
            return .basic(account, port: 465).setting("mail.smtps.host", "mail.\(Self.domain)")
        }
        return .oauth(account, tokenURL: "https://login.\(Self.domain)/oauth/token", port: 465)
            .setting("mail.smtps.host", "submission.\(Self.domain)")
    }

    private var allTenants: [String?] { [nil] + Self.tenants }

    private func fillDestinationService() {
        self.destinationService.setClient(Self.client, secret: self.clientSecret)
        for tenant in self.allTenants {
            if let tenant { self.destinationService.setTenant(tenant) }
            self.destinationService.setDestination(self.destination(of: tenant).properties, tenant: tenant)
        }
    }

    /// What the component directory-destinations mounts.
    func destinationsSecret(in namespace: String) throws -> ObjectValue {
        var contents: [String: String] = [:]
        for tenant in self.allTenants {
            let key = (tenant.map { $0 + "." } ?? "") + "\(MailDestination.name).json"
            contents[key] = try self.destination(of: tenant).json
        }
        return Self.secret("tproxy-destinations", in: namespace, contents)
    }

    /// The binding of the stand-in for the Destination service, a key for each field.
    func bindingSecret(in namespace: String) -> ObjectValue {
        Self.secret(
            "dest-service-binding",
            in: namespace,
            [
                "clientid": Self.client, "clientsecret": self.clientSecret,
                "url": "https://\(DestinationServer.provider).\(Self.domain)",
                "uri": "https://destination.\(Self.domain)",
            ]
        )
    }

    /// The authorities of the servers.
    func additionalAuthorities(in namespace: String) throws -> ObjectValue {
        let servers = try String(contentsOf: URL(filePath: self.servers.authority.certificate), encoding: .utf8)
        let service = String(decoding: self.authority.certificatePEM, as: UTF8.self)
        return Self.secret("additional-cas", in: namespace, ["ca.crt": servers + service])
    }

    private static func secret(_ name: String, in namespace: String, _ contents: [String: String]) -> ObjectValue {
        .object([
            "apiVersion": .string("v1"), "kind": .string("Secret"),
            "metadata": .object(["name": .string(name), "namespace": .string(namespace)]),
            "stringData": .object(contents.mapValues(ObjectValue.string)),
        ])
    }
}
