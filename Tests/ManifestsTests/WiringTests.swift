import CommandLineSupport
import DestinationModel
import ObjectModel
import TestSupport
import Testing

@Suite("How the parts hang together")
struct WiringTests {
    @Test(
        "Servers run twice, take their time to stop, and are asked how they are",
        arguments: ["admission", "manager", "relay"]
    )
    func deployments(component: String) throws {
        let deployment = try Manifest.base("Deployment", "tproxy-\(component)")
        let version = deployment[path: "metadata", "labels", "app.kubernetes.io/version"]
        #expect(version == .string(BuildInformation.version))
        // An autoscaler's number would be undone by applying another.
        let scaler = component == "relay" ? try Manifest.base("HorizontalPodAutoscaler", "tproxy-relay") : nil
        #expect(deployment[path: "spec", "replicas"] == (scaler == nil ? .integer(2) : nil))
        if let scaler {
            #expect(scaler[path: "spec", "minReplicas"] == .integer(2))
            #expect(scaler[path: "spec", "scaleTargetRef", "name"] == .string("tproxy-\(component)"))
        }
        let pod = try #require(deployment[path: "spec", "template", "spec"])
        #expect((pod["terminationGracePeriodSeconds"]?.integerValue ?? 0) >= 30)
        let labels = try #require(deployment[path: "spec", "template", "metadata", "labels"]?.objectValue)
        let container = try #require(pod.item("containers", named: component))
        for (probe, path) in [("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")] {
            let check = try #require(container[path: probe, "httpGet"])
            #expect(check["path"] == .string(path))
            let port = try #require(check["port"]?.stringValue)
            #expect(container.item("ports", named: port) != nil)
            #expect((check["scheme"] == .string("HTTPS")) == (port == "https"))
        }
        for (kind, field) in [("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")] {
            try selects(try Manifest.base(kind, "tproxy-\(component)")[path: "spec", field, "matchLabels"], labels)
        }
        try selects(deployment[path: "spec", "selector", "matchLabels"], labels)
        let constraints = pod.items("topologySpreadConstraints").map { $0[path: "labelSelector", "matchLabels"] }
        #expect(!constraints.isEmpty)
        for constraint in constraints { try selects(constraint, labels) }
    }

    @Test(
        "Pages that name tenants are for the namespace itself and for those labelled for monitoring",
        arguments: ["manager", "relay"]
    )
    func pages(component: String) throws {
        let policy = try Manifest.base("NetworkPolicy", "tproxy-\(component)")
        let rules = policy.items("spec", "ingress")
        let rule = try #require(rules.count == 1 ? rules.first : nil)
        #expect(rule.items("ports").map { $0["port"] } == [.integer(9494)])
        let sources = rule.items("from")
        #expect(sources.count == 2 && sources.contains(.object(["podSelector": .object([:])])))
        let label = "transparent-proxy.connectivity.api.sap/monitoring"
        let labels = try #require(
            sources.compactMap { $0[path: "namespaceSelector", "matchLabels"] }.first?.objectValue
        )
        #expect(labels == [label: .string("true")])
        // Whoever sets monitoring up reads of it.
        for page in ["manifests/README.md", "manifests/monitoring/README.md", "docs/problems.md"] {
            #expect(try Repository.text(page).contains("kubectl label namespace monitoring \(label)=true\n"), "\(page)")
        }
    }

    @Test("The relay looks names up as they are before it tries search domains")
    func searchDomains() throws {
        let pod = try #require(Manifest.base("Deployment", "tproxy-relay")[path: "spec", "template", "spec"])
        let option = pod[path: "dnsConfig"]?.item("options", named: "ndots")
        #expect(option?["value"] == .string("1"))
    }

    private func selects(_ selector: ObjectValue?, _ labels: [String: ObjectValue]) throws {
        let wanted = try #require(selector?.objectValue)
        #expect(!wanted.isEmpty && wanted.allSatisfy { labels[$0.key] == $0.value }, "\(wanted) in \(labels)")
    }

    @Test("The files that servers are told of are mounted", arguments: ["admission", "manager", "relay"])
    func files(component: String) throws {
        let pod = try #require(Manifest.base("Deployment", "tproxy-\(component)")[path: "spec", "template", "spec"])
        let container = try #require(pod.item("containers", named: component))
        let files = container.texts("args").filter { $0.hasPrefix("/") }
        #expect(!files.isEmpty)
        for file in files {
            let folder = file.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
            let name = try #require(file.split(separator: "/").last)
            let mount = try #require(container.items("volumeMounts").first { $0["mountPath"] == .string(folder) })
            let volumeName = try #require(mount["name"]?.stringValue)
            let volume = try #require(pod.item("volumes", named: volumeName))
            if let map = volume[path: "configMap", "name"]?.stringValue {
                #expect(try Manifest.base("ConfigMap", map)[path: "data", String(name)] != nil)
            } else {
                #expect(volume[path: "secret", "secretName"] == .string("tproxy-admission-tls"))
                #expect(volume.items("secret", "items").contains { $0["path"] == .string(String(name)) })
            }
        }
        // The authority's key is the manager's business alone, which reads it through the API.
        #expect(!pod.items("volumes").contains { $0[path: "secret", "secretName"] == .string("tproxy-admission-ca") })
    }

    @Test("The webhook asks our server, about our resource, as strictly as was decided")
    func webhook() throws {
        let configuration = try Manifest.base("ValidatingWebhookConfiguration", "tproxy-admission")
        let webhooks = configuration.items("webhooks")
        let webhook = try #require(webhooks.count == 1 ? webhooks.first : nil)
        #expect(webhook["failurePolicy"] == .string("Fail"))
        #expect(webhook["matchPolicy"] == .string("Equivalent"))
        #expect(webhook["sideEffects"] == .string("None"))
        #expect(webhook["timeoutSeconds"] == .integer(5))
        #expect(webhook["admissionReviewVersions"] == .array([.string("v1")]))
        let rule: [String: ObjectValue] = [
            "apiGroups": .array([.string(DestinationResource.group)]), "scope": .string("Namespaced"),
            "apiVersions": .array([.string(DestinationResource.version)]),
            "operations": .array([.string("CREATE"), .string("UPDATE")]),
            "resources": .array([.string("destinations")]),
        ]
        #expect(webhook["rules"] == .array([.object(rule)]))
        #expect(
            webhook.items("matchConditions").map { $0["name"] } == [
                .string("not-being-deleted"), .string("changes-what-we-read"),
            ]
        )
        // The manager puts it in; what applied an empty one would take it away again.
        #expect(webhook[path: "clientConfig", "caBundle"] == nil)
        let reference = try #require(webhook[path: "clientConfig", "service"])
        #expect(reference["path"] == .string("/validate"))
        #expect(reference["namespace"] == .string("tproxy-system"))
        let serviceName = try #require(reference["name"]?.stringValue)
        let service = try Manifest.base("Service", serviceName)
        let port = try #require(service.items("spec", "ports").first { $0["port"] == reference["port"] })
        let deployment = try Manifest.base("Deployment", "tproxy-admission")
        let target = try #require(port["targetPort"]?.stringValue)
        let container = try #require(
            deployment[path: "spec", "template", "spec"]?.item("containers", named: "admission")
        )
        let number = try #require(container.item("ports", named: target)?["containerPort"])
        #expect(number == .integer(8443))
        let labels = try #require(deployment[path: "spec", "template", "metadata", "labels"]?.objectValue)
        try selects(service[path: "spec", "selector"], labels)
        let policy = try Manifest.base("NetworkPolicy", "tproxy-admission")
        #expect(policy.items("spec", "ingress").flatMap { $0.items("ports") }.map { $0["port"] } == [number])
    }

    @Test("cert-manager issues what the server mounts, for the name that the API server calls, into our webhook")
    func certManager() throws {
        let folder = "manifests/components/cert-manager"
        let objects = try Manifest.listed(in: folder)
        let leaf = try #require(objects.first { $0.kind == "Certificate" && $0.name == "tproxy-admission" }?.object)
        #expect(leaf[path: "spec", "secretName"] == .string("tproxy-admission-tls"))
        #expect(leaf.texts("spec", "dnsNames").contains("tproxy-admission.tproxy-system.svc"))
        let patch = try Manifest.read("\(folder)/webhook.yaml")[0]
        #expect(patch.name == "tproxy-admission" && patch.kind == "ValidatingWebhookConfiguration")
        #expect(
            patch.object[path: "metadata", "annotations", "cert-manager.io/inject-ca-from"]
                == .string("tproxy-system/tproxy-admission")
        )
        for certificate in objects where certificate.kind == "Certificate" {
            let issuer = certificate.object[path: "spec", "issuerRef", "name"]?.stringValue
            #expect(objects.contains { $0.kind == "Issuer" && $0.name == issuer }, "\(certificate)")
        }
        let authority = try #require(objects.first { $0.name == "tproxy-authority" && $0.kind == "Certificate" })
        let issuer = try #require(objects.first { $0.name == "tproxy-authority" && $0.kind == "Issuer" })
        #expect(authority.object[path: "spec", "secretName"] == issuer.object[path: "spec", "ca", "secretName"])
    }
}
