import ObjectModel
import Testing

@Suite("How Prometheus finds the servers")
struct ScrapingTests {
    private func monitor() throws -> ObjectValue {
        let objects = try Manifest.listed(in: "manifests/monitoring/operator")
        return try #require(objects.first { $0.kind == "PodMonitor" }?.object)
    }

    private func job() throws -> ObjectValue {
        let configuration = try #require(Manifest.read("manifests/monitoring/prometheus.yaml").first?.object)
        let jobs = configuration.items("scrape_configs")
        return try #require(jobs.count == 1 ? jobs.first : nil)
    }

    @Test("The operator's monitor takes each server's pods, once, on a port that the network policy opens")
    func monitored() throws {
        let monitor = try monitor()
        let selector = try #require(monitor[path: "spec", "selector", "matchLabels"]?.objectValue)
        let endpoints = monitor.items("spec", "podMetricsEndpoints")
        #expect(monitor[path: "spec", "jobLabel"] == .string("app.kubernetes.io/name"))
        #expect(endpoints.allSatisfy { $0["honorLabels"] == .bool(true) })
        let servers = try Manifest.base().filter { $0.kind == "Deployment" }
        #expect(servers.count >= 2)
        for server in servers {
            let pod = try #require(server.pod)
            let labels = try #require(pod[path: "metadata", "labels"]?.objectValue)
            #expect(selector.allSatisfy { labels[$0.key] == $0.value }, "\(server)")
            // The rules and the dashboard go by it.
            #expect(labels["app.kubernetes.io/name"] == .string(server.name), "\(server)")
            #expect(["tproxy-admission", "tproxy-manager", "tproxy-relay"].contains(server.name))
            let ports = pod.items("spec", "containers").flatMap { $0.items("ports") }
            let found = ports.filter { port in endpoints.contains { $0["port"] == port["name"] } }
            let port = try #require(found.count == 1 ? found.first : nil, "\(server)")
            let endpoint = endpoints.first { $0["port"] == port["name"] }
            #expect((endpoint?["scheme"] == .string("https")) == (port["name"] == .string("https")), "\(server)")
            let policy = try Manifest.base("NetworkPolicy", server.name)
            let rules = policy.items("spec", "ingress").filter { rule in
                rule["from"] == nil || rule.items("from").contains { $0["namespaceSelector"] != nil }
            }
            let open = rules.flatMap { $0.items("ports") }
            #expect(open.contains { $0["port"] == port["containerPort"] }, "\(server)")
        }
    }

    @Test("A Prometheus without the operator finds the same")
    func configured() throws {
        let (monitor, job) = try (monitor(), job())
        #expect(job["honor_labels"] == .bool(true))
        let discovery = try #require(job.items("kubernetes_sd_configs").first)
        #expect(discovery["role"] == .string("pod"))
        #expect(discovery.items("namespaces").isEmpty)
        let namespaces = discovery.texts("namespaces", "names")
        #expect(
            namespaces == [
                try Manifest.base("Deployment", "tproxy-manager")[path: "metadata", "namespace"]?.stringValue
            ]
        )
        let selector = try #require(monitor[path: "spec", "selector", "matchLabels"]?.objectValue)
        let label = selector.map { "\($0.key)=\($0.value.stringValue ?? "")" }
        #expect(discovery.items("selectors").map { $0["label"]?.stringValue } == label)
        let kept = job.items("relabel_configs").first { $0["action"] == .string("keep") }
        let ports = monitor.items("spec", "podMetricsEndpoints").compactMap { $0["port"]?.stringValue }
        #expect(kept?["regex"] == .string(ports.joined(separator: "|")))
    }

    @Test("What kubectl apply -k takes is all that is there for the operator")
    func kustomized() throws {
        let listed = try Manifest.listed(in: "manifests/monitoring/operator")
        let all = try Manifest.listed(in: "manifests/monitoring")
        #expect(listed.map(\.kind).sorted() == ["PodMonitor", "PrometheusRule"])
        #expect(all.map(\.file) == listed.map(\.file))
        for manifest in all {
            #expect(manifest.object[path: "metadata", "namespace"] == .string("tproxy-system"))
            #expect(
                manifest.object[path: "metadata", "labels", "app.kubernetes.io/part-of"] == .string("tproxy")
            )
        }
    }
}
