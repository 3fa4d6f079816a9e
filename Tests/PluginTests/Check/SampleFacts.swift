import Configuration
import DestinationModel
import FoundationEssentials
import ObjectModel
import RelayRoutes
import TestSupport
import YAML

@testable import kubectl_tproxy

/// A cluster where all is well: what the manifests install, one Destination with two tenants, two relays.
enum SampleFacts {
    static let time = Date(timeIntervalSince1970: 1_800_000_000)
    static let uid = "11111111-2222-3333-4444-555555555555"
    static let tenants = ["acme", "globex"]
    static let system = "tproxy-system"

    static func manifest(_ path: String) throws -> ObjectValue {
        guard let document = try YAML.documents(in: Repository.text(path)).first else { return .null }
        return ObjectDocument(document).value
    }

    static func value(_ json: String) throws -> ObjectValue { try JSONReader.document(json).value }

    static func good() throws -> ClusterFacts {
        ClusterFacts(
            scope: CheckScope(),
            time: time,
            definition: .success(try manifest("manifests/crd.yaml")),
            webhook: .success(try webhook()),
            probes: WebhookProbes(valid: .accepted, invalid: .refusedByUs("x (TPX030)")),
            lease: .success(
                try value(
                    #"""
                    {"spec": {"holderIdentity": "tproxy-manager-1", "leaseDurationSeconds": 10,
                    "renewTime": "2027-01-15T07:59:58.123456Z"}}
                    """#
                )
            ),
            pods: .success(pods),
            parts: .success([ServerPart(name: "tproxy-manager", image: "x", version: "0.1.0")]),
            services: .success(claims.map { $0.service(in: system) }),
            configuration: .success(.read(try configuration())),
            secretKeys: [
                SecretPlace(namespace: system, name: "dest-service-binding"): .success([
                    "clientid", "clientsecret", "url", "uri",
                ])
            ],
            destinations: .success([try destination()]),
            systemPolicies: .success(
                [try policy()]
                    + (try ["relay", "manager", "admission"].map { try manifest("manifests/\($0)/network.yaml") })
            ),
            policies: .success([]),
            apiServerPorts: .success([6443]),
            namespaces: .success(
                Dictionary(uniqueKeysWithValues: [system, "shop"].map { ($0, [NetworkRules.namespaceLabel: $0]) })
            ),
            managers: ["tproxy-manager-1": .success(try manager())],
            relays: ["tproxy-relay-1": .success(relay), "tproxy-relay-2": .success(relay)],
            admissions: ["tproxy-admission-1": .success(MetricValues("tproxy_admission_destinations_complete 1\n"))],
            trials: Trials(
                tried: tenants.map { Trials.Trial(namespace: "shop", resource: "mail", tenant: $0, answer: .good) }
            )
        )
    }

    static func webhook() throws -> ObjectValue {
        var webhook = try manifest("manifests/admission/webhook.yaml")
        webhook.change(["webhooks", "0", "clientConfig", "caBundle"]) {
            $0 = .string(CertificateEndTests.bundle(CertificateEndTests.late))
        }
        return webhook
    }

    static let pods = ["relay-1", "relay-2", "manager-1", "manager-2", "admission-1"].compactMap { name in
        ServerPod.Server(rawValue: "tproxy-\(name.dropLast(2))").map {
            ServerPod(name: "tproxy-\(name)", server: $0, isReady: true, image: "r:5000/\($0.rawValue):1.0")
        }
    }

    static var claims: [RouteClaim] {
        tenants.enumerated().compactMap { index, tenant in
            let reference = DestinationReference(destination: "m", instance: "dest-service", tenant: tenant)
            return Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465).map {
                RouteClaim(port: 20_000 + index, owner: uid, route: $0)
            }
        }
    }

    static var relay: RelayPage {
        RelayPage(
            routes: claims.map {
                RouteReport(
                    port: $0.port,
                    address: "::",
                    route: $0.route,
                    owner: $0.owner,
                    lookup: .found,
                    mailServerPort: 465
                )
            },
            metrics: MetricValues("tproxy_relay_watch_connected 1\ntproxy_relay_instance_usable{instance=\"a\"} 1\n")
        )
    }

    static func manager(status: String = #"{"leading": true, "version": "0.1.0"}"#) throws -> ManagerPage {
        ManagerPage(
            status: try value(status),
            metrics: MetricValues(
                "tproxy_manager_webhook_certificate_expiry_timestamp_seconds{certificate=\"serving\"} 1805000000\n"
            )
        )
    }

    static func configuration() throws -> ServerConfiguration {
        let text = try manifest("manifests/config.yaml")["data"]?["config.yaml"]?.stringValue ?? ""
        return try ServerConfiguration(Array(text.utf8), file: "config.yaml")
    }

    static func destination(state: String = "Ready", reason: String? = nil) throws -> DestinationView {
        let entries = tenants.enumerated().map { index, tenant in
            let why = reason.map { #", "reason": "\#($0)", "message": "because""# } ?? ""
            return #"""
                {"tenant": "\#(tenant)", "serviceName": "mail-\#(tenant)", "relayPort": \#(20_000 + index),
                "state": "\#(state)"\#(why)}
                """#
        }
        let isAvailable = state == "Ready" ? "True" : "False"
        return DestinationView(
            try value(
                #"""
                {"apiVersion": "destination.connectivity.api.sap/v1", "kind": "Destination",
                "metadata": {"name": "mail", "namespace": "shop", "uid": "\#(uid)", "generation": 1, "annotations":
                {"transparent-proxy.connectivity.api.sap/tenant-subdomains": "[\"acme\", \"globex\"]"}},
                "spec": {"destinationRef": {"name": "m"}},
                "status": {"observedGeneration": 1,
                "conditions": [{"type": "Available", "status": "\#(isAvailable)", "reason": "R", "message": "M"}],
                "tenants": [\#(entries.joined(separator: ", "))]}}
                """#
            )
        )
    }

    /// The manager's, as it makes it.
    static func policy() throws -> ObjectValue {
        try value(
            #"""
            {"metadata": {"name": "destination-\#(uid)", "namespace": "tproxy-system"}, "spec": {
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": "tproxy-relay"}}, "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}],
            "ports": [{"port": 20000, "protocol": "TCP"}, {"port": 20001, "protocol": "TCP"}]}]}}
            """#
        )
    }
}

extension ObjectValue {
    /// Changes what is at a path of names and indices, making objects on the way; `null` takes a member away.
    mutating func change(_ path: [String], _ body: (inout ObjectValue) -> Void) {
        guard let first = path.first else { return body(&self) }
        if case .array(var items) = self, let index = Int(first), items.indices.contains(index) {
            items[index].change(Array(path.dropFirst()), body)
            self = .array(items)
            return
        }
        var members = objectValue ?? [:]
        var member = members[first] ?? .null
        member.change(Array(path.dropFirst()), body)
        members[first] = member == .null ? nil : member
        self = .object(members)
    }
}
