import Configuration
import DestinationModel
import FoundationEssentials
import ObjectModel
import RelayRoutes
import SMTP

@testable import kubectl_tproxy

/// All that a check can find.
enum CheckCases {
    typealias Case = CheckReportTests.Case

    static let all = installation + admission + servers + destinations + access + trials

    private static let notFound = KubectlError(.notFound, "not found")
    private static let system = SampleFacts.system

    private static let installation: [Case] = [
        Case("no definition", .definitionMissing, "isn't installed") { $0.definition = .failure(notFound) },
        Case("a kind that isn't known", .definitionMissing, "doesn't know") { facts in
            facts.destinations = .failure(KubectlError(.unknownKind, "no such type"))
            facts.probes = WebhookProbes(
                valid: .unknown(KubectlError(.unknownKind, "x")),
                invalid: .unknown(KubectlError(.unknownKind, "x"))
            )
        },
        Case("a definition of another product", .definitionMissing, "belongs to the product other") {
            $0.definition = $0.definition.changed(
                ["metadata", "labels", "app.kubernetes.io/part-of"],
                to: .string("other")
            )
        },
        Case("a definition of a Helm release", .definitionMissing, "belongs to the Helm release connectivity") {
            $0.definition = $0.definition.changed(
                ["metadata", "annotations", "meta.helm.sh/release-name"],
                to: .string("connectivity")
            )
        },
        Case("an old definition", .definitionMissing, "lacks spec.fragmentRef.name") { facts in
            facts.definition = facts.definition.changed(
                [
                    "spec", "versions", "0", "schema", "openAPIV3Schema", "properties", "spec", "properties",
                    "fragmentRef",
                ],
                to: .null
            )
        },
        Case("a definition of another version", .definitionMissing, "doesn't serve version v1") { facts in
            facts.definition = facts.definition.changed(["spec", "versions", "0", "served"], to: .bool(false))
        },
        Case("no configuration", .configurationRejected, "missing") { $0.configuration = .failure(notFound) },
        Case("a faulty configuration", .configurationRejected, "line 3") {
            $0.configuration = .success(.faulty("config.yaml, line 3: no"))
        },
        Case("no binding", .bindingUnusable, "dest-service-binding") { facts in
            facts.secretKeys = [SecretPlace(namespace: system, name: "dest-service-binding"): .failure(notFound)]
        },
        Case("a binding that lacks something", .bindingUnusable, "lacks clientsecret, url") { facts in
            facts.secretKeys = [
                SecretPlace(namespace: system, name: "dest-service-binding"): .success(["clientid", "uri"])
            ]
        },
        Case("a binding that the relay can't use", .bindingUnusable, "other") { facts in
            facts.change(relay: "tproxy-relay-1") {
                $0.metrics = MetricValues(#"tproxy_relay_instance_usable{instance="other"} 0"#)
            }
        },
        Case("a Destination service that doesn't answer", .destinationServiceDown, "dest-service") { facts in
            facts.change(relay: "tproxy-relay-1") {
                $0.metrics = MetricValues(#"tproxy_relay_destination_service_down{instance="dest-service"} 1"#)
            }
        },
        Case("a manager of another version", .versionsApart, "9.9.9") { facts in
            facts.managers = [
                "m": .success(try SampleFacts.manager(status: #"{"leading": true, "version": "9.9.9"}"#))
            ]
        },
        Case("servers of different versions", .versionsApart, "tproxy-relay is 2.0.0") { facts in
            facts.parts = facts.parts.map { $0 + [ServerPart(name: "tproxy-relay", image: "x", version: "2.0.0")] }
        },
    ]

    private static let admission: [Case] = [
        Case("no webhook", .admissionOpen, "missing") { facts in
            facts.webhook = .failure(notFound)
            facts.probes.invalid = .accepted
        },
        Case("a webhook that isn't ours", .admissionOpen, "isn't ours: it has no webhook") { facts in
            facts.webhook = facts.webhook.changed(["webhooks", "0", "name"], to: .string("other.example.org"))
        },
        Case("a webhook that leads elsewhere", .admissionOpen, "leads to the Service other/tproxy-admission") { facts in
            facts.webhook = facts.webhook.changed(
                ["webhooks", "0", "clientConfig", "service", "namespace"],
                to: .string("other")
            )
        },
        Case("a webhook that fails open", .admissionOpen, "fails open") { facts in
            facts.webhook = facts.webhook.changed(["webhooks", "0", "failurePolicy"], to: .string("Ignore"))
        },
        Case("a webhook that isn't asked about changes", .admissionOpen, "isn't asked") { facts in
            facts.webhook = facts.webhook.changed(
                ["webhooks", "0", "rules", "0", "operations"],
                to: .array([.string("CREATE")])
            )
        },
        Case("somebody else who refuses", .admissionOpen, "not by our webhook") { facts in
            facts.probes.invalid = .refused(#"admission webhook "x" denied the request: no"#)
        },
        Case("a good resource that is refused", .admissionErrors, "is refused") { facts in
            facts.probes.valid = .refusedByUs("spec: x (TPX017)")
        },
        Case("an admission server that can't be reached", .admissionDown, "dial tcp 192.0.2.1:8443") { facts in
            let words = #"failed calling webhook "x": Post "https://x": dial tcp 192.0.2.1:8443: connection refused"#
            facts.probes = WebhookProbes(valid: .notAsked(words), invalid: .notAsked(words))
        },
        Case("another authority", .admissionNotTrusted, "x509: certificate signed by unknown authority") { facts in
            let words = #"failed calling webhook "x": Post "https://x": x509: certificate signed by unknown authority"#
            facts.probes = WebhookProbes(valid: .notAsked(words), invalid: .notAsked(words))
        },
        Case("no authority", .admissionNotTrusted, "no caBundle") { facts in
            facts.webhook = facts.webhook.changed(["webhooks", "0", "clientConfig", "caBundle"], to: .null)
        },
        Case("no admission server that is ready", .admissionDown, "ImagePullBackOff") { facts in
            facts.change(pods: .admission) {
                ServerPod(name: $0.name, server: .admission, isReady: false, trouble: "ImagePullBackOff")
            }
        },
        Case("an admission server that can't list", .admissionIncomplete, "tproxy-admission-1") { facts in
            facts.change(pods: .admission) {
                ServerPod(name: $0.name, server: .admission, isReady: true, startTime: "2027-01-15T07:50:00Z")
            }
            facts.admissions = [
                "tproxy-admission-1": .success(MetricValues("tproxy_admission_destinations_complete 0\n"))
            ]
        },
        Case("an authority that ends", .certificateExpires, "certificate authority ends in 10d") { facts in
            facts.time = Date(timeIntervalSince1970: 1_892_689_445)
            facts.webhook = facts.webhook.changed(
                ["webhooks", "0", "clientConfig", "caBundle"],
                to: .string(CertificateEndTests.bundle(CertificateEndTests.early))
            )
            facts.change { $0.metrics = MetricValues("") }
        },
        Case("a serving certificate that has ended", .certificateExpires, "serving certificate ended 5d") { facts in
            facts.change {
                $0.metrics = MetricValues(
                    #"tproxy_manager_webhook_certificate_expiry_timestamp_seconds{certificate="serving"} 1799567000"#
                )
            }
        },
    ]

    private static let servers: [Case] = [
        Case("no Lease", .noLeader, "ever led") { $0.lease = .failure(notFound) },
        Case("a Lease that nobody holds", .noLeader, "nobody holds") { facts in
            facts.lease = facts.lease.changed(["spec", "holderIdentity"], to: .string(""))
        },
        Case("a Lease that isn't renewed", .noLeader, "10m") { facts in
            facts.time += 600
            facts.managers = [:]
        },
        Case("a manager that is stuck", .queueStuck, "waiting for 10m") { facts in
            facts.managers = [
                "m": .success(
                    try SampleFacts.manager(
                        status: #"{"leading": true, "version": "0.1.0", "queue": {"oldestSeconds": 601}}"#
                    )
                )
            ]
        },
        Case("a manager that hears nothing", .managerNotWatching, "services") { facts in
            facts.managers = [
                "m": .success(
                    try SampleFacts.manager(
                        status: #"{"leading": true, "version": "0.1.0", "watches": {"services": {"connected": false}}}"#
                    )
                )
            ]
        },
        Case("a manager that isn't ready", .serverDown, "tproxy-manager-1 isn't ready: CrashLoopBackOff") { facts in
            facts.change(pods: .manager) {
                ServerPod(
                    name: $0.name,
                    server: .manager,
                    isReady: $0.name != "tproxy-manager-1",
                    trouble: "CrashLoopBackOff"
                )
            }
        },
        Case("an admission server that isn't ready", .serverDown, "tproxy-admission-2") { facts in
            facts.pods = .success(
                SampleFacts.pods + [ServerPod(name: "tproxy-admission-2", server: .admission, isReady: false)]
            )
        },
        Case("no relay", .noRelayReady, "no relay") { facts in
            facts.pods = .success(SampleFacts.pods.filter { $0.server != .relay })
        },
        Case("no relay that is ready", .noRelayReady, "none of 2 relays") { facts in
            facts.change(pods: .relay) { ServerPod(name: $0.name, server: .relay, isReady: false) }
        },
        Case("a relay that isn't ready", .serverDown, "tproxy-relay-2") { facts in
            facts.change(pods: .relay) {
                ServerPod(name: $0.name, server: .relay, isReady: $0.name == "tproxy-relay-1")
            }
        },
        Case("a relay that hears nothing", .relayNotInStep, "no news") { facts in
            facts.change(relay: "tproxy-relay-1") { $0.metrics = MetricValues("tproxy_relay_watch_connected 0") }
        },
        Case("a relay with nearly all connections", .connectionsNearLimit, "have 85 connections") { facts in
            facts.change(relay: "tproxy-relay-2") {
                $0.metrics = MetricValues(
                    #"""
                    tp_open_tcp_connections{namespace="shop",destination="a"} 45
                    tp_open_tcp_connections{namespace="shop",destination="b"} 40
                    tproxy_connection_limit{scope="relay"} 100
                    tproxy_connection_limit{scope="route"} 50
                    """#
                )
            }
        },
        Case("a route that a relay doesn't know", .relayNotInStep, "doesn't know 1 route: shop/mail/acme") { facts in
            facts.change(relay: "tproxy-relay-2") { $0.routes[20_000] = nil }
        },
        Case("a route that nobody asks for", .relayNotInStep, "still serves") { facts in
            facts.services = .success([])
        },
        Case("a route that leads elsewhere", .relayNotInStep, "leads elsewhere") { facts in
            facts.change(relay: "tproxy-relay-2") { $0.routes[20_000]?.owner = "other" }
        },
        Case("a port that a relay can't have", .routesFailed, "shop/mail/acme") { facts in
            facts.change(relay: "tproxy-relay-2") {
                $0.routes[20_000]?.lookup = .failed(reason: StatusReason.relayPortTaken, message: "taken")
            }
        },
        Case("a Service that somebody has tampered with", .routesConflicting, "relay-29999") { facts in
            let service = try SampleFacts.value(#"{"metadata": {"name": "relay-29999"}, "spec": {"ports": []}}"#)
            facts.services = facts.services.map { $0 + [service] }
        },
    ]

    private static let destinations: [Case] = [
        Case("an instance that isn't configured", code: "TPX017", "shop/mail") { facts in
            let object = try SampleFacts.destination().object
            var other = object
            other.change(["spec", "destinationServiceInstanceName"]) { $0 = .string("nowhere") }
            facts.destinations = .success([DestinationView(other)])
        },
        Case("a destination that isn't there", .destinationMissing, "acme, globex: shop/mail: because") { facts in
            facts.destinations = .success([
                try SampleFacts.destination(
                    state: "Failed",
                    reason: "ConfigurationError-ReferencedDestination-NotFound"
                )
            ])
        },
        Case("a tenant that isn't subscribed", .destinationMissing, "because") { facts in
            facts.destinations = .success([
                try SampleFacts.destination(state: "Failed", reason: "ConfigurationError-Tenant-NotSubscribed")
            ])
        },
        Case("credentials that are refused", .bindingUnusable, "because") { facts in
            facts.destinations = .success([
                try SampleFacts.destination(
                    state: "Failed",
                    reason: "ConfigurationError-DestinationService-CredentialsRefused"
                )
            ])
        },
        Case("a Destination that nobody has looked at", .noLeader, "no manager has looked at it yet: shop/mail") {
            facts in
            var object = try SampleFacts.destination().object
            object.change(["status"]) { $0 = .null }
            facts.destinations = .success([DestinationView(object)])
        },
    ]

    private static let access: [Case] = [
        Case("no policy of the manager's", .shutOut, "is missing") { $0.systemPolicies = .success([]) },
        Case("a policy that was changed", .shutOut, "doesn't let pods of shop in") { facts in
            facts.systemPolicies = facts.systemPolicies.map { policies in
                policies.map { policy in
                    guard policy["metadata"]?["name"] == .string("destination-\(SampleFacts.uid)") else {
                        return policy
                    }
                    var policy = policy
                    policy.change(["spec", "ingress", "0", "ports", "1", "port"]) { $0 = .integer(1) }
                    return policy
                }
            }
        },
        Case("a mail server's port that isn't let out", .shutOut, "port 2525, where the mail server of shop/mail") {
            $0.trials.tried = []
            $0.change(relay: "tproxy-relay-1") { $0.routes[20_000]?.mailServerPort = 2525 }
        },
        Case("a namespace without its label", .shutOut, "shop") { facts in
            facts.namespaces = .success([system: [NetworkRules.namespaceLabel: system], "shop": [:]])
        },
        Case("a policy that lets nobody out", .shutOut, "deny-all") { facts in
            facts.policies = .success([
                try SampleFacts.value(
                    #"""
                    {"metadata": {"name": "deny-all", "namespace": "shop"},
                    "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}
                    """#
                )
            ])
        },
    ]

    private static let trials: [Case] = [
        Case("a mail server that can't be reached", .mailServerUnreachable, "451 4.4.3") {
            $0.answer(.refused(Reply(451, "4.4.3 mail (destination m): the name x does not exist")))
        },
        Case("a certificate that isn't trusted", .tlsFails, "451 4.7.5") {
            $0.answer(.refused(Reply(451, "4.7.5 mail (destination m): x port 465: certificate verify failed")))
        },
        Case("a login that is refused", .loginRefused, "535") {
            $0.answer(
                .refused(Reply(451, "4.7.0 mail (destination m): x port 465 refuses the login (PLAIN): 535 5.7.8 no"))
            )
        },
        Case("a token that is refused", .noAccessToken, "invalid_client") {
            $0.answer(
                .refused(Reply(451, "4.7.0 mail (destination m): no access token: login.example.org: invalid_client"))
            )
        },
        Case("a relay that says nothing", .relayNotInStep, "no answer") { $0.answer(.broken("no answer")) },
    ]
}

extension ClusterFacts {
    fileprivate mutating func change(relay: String, _ body: (inout RelayPage) -> Void) {
        relays[relay] = relays[relay]?.map { page in
            var page = page
            body(&page)
            return page
        }
    }

    /// Changes what the managers' pages say.
    fileprivate mutating func change(_ body: (inout ManagerPage) -> Void) {
        managers = managers.mapValues { observed in
            observed.map { page in
                var page = page
                body(&page)
                return page
            }
        }
    }

    fileprivate mutating func change(pods server: ServerPod.Server, _ body: (ServerPod) -> ServerPod) {
        pods = pods.map { $0.map { $0.server == server ? body($0) : $0 } }
    }

    fileprivate mutating func answer(_ answer: SMTPTrial) {
        trials.tried = [Trials.Trial(namespace: "shop", resource: "mail", tenant: "acme", answer: answer)]
    }
}

extension Result where Success == ObjectValue {
    /// The object with something else at a path.
    fileprivate func changed(_ path: [String], to value: ObjectValue) -> Self {
        map { object in
            var object = object
            object.change(path) { $0 = value }
            return object
        }
    }
}
