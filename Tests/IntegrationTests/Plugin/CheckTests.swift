import DestinationModel
import ObjectModel
import TestSupport
import Testing

/// `kubectl tproxy check` by the real kubectl, against a real API server with a manager. No pods run there: what needs
/// them is tested in a whole cluster.
@Suite struct CheckTests {
    @Test("The manager's leadership is read from its Lease: one that leads, one that has gone, none")
    func leader() async throws {
        try await ControllerRun.prepare { run in
            let plugin = PluginSite(run: run)
            let arguments = ["-n", run.namespace, "--system-namespace", run.site.namespace]
            #expect(try await plugin.check(arguments).finds("TPX110", "no manager has ever led"))
            try await run.withManager { _ in
                try await eventually("a leader", within: .seconds(60)) { () -> Void? in
                    try await plugin.check(arguments).state("Manager") == "good" ? () : nil
                }
            }
            try await plugin.checkFinds("TPX110", "nobody holds the Lease", arguments)

            let patch = #"{"spec": {"holderIdentity": "lost", "renewTime": "2020-01-01T00:00:00.000000Z"}}"#
            try await run.kubectl.check([
                "patch", "lease", "tproxy-manager", "-n", run.site.namespace, "--type=merge", "-p", patch,
            ])
            let answer = try await plugin.check(arguments)
            #expect(answer.finds("TPX110", "lost has last been heard of"), "\(answer.findings())")
            #expect(answer.finds("TPX120", "there is no relay"), "\(answer.findings())")
            #expect(answer.status == .exited(2))
        }
    }

    @Test("The configuration, its Secrets and network policies are looked at")
    func configuration() async throws {
        try await ControllerRun.perform { run in
            let plugin = PluginSite(run: run)
            let system = run.site.namespace
            let arguments = ["-n", run.namespace, "--system-namespace", system]
            try await plugin.checkFinds("TPX125", "tproxy-config is missing", arguments)

            let text = """
                config:
                  integration:
                    destinationService:
                      defaultInstanceName: local
                      instances:
                        - name: local
                          serviceCredentials: {secretName: binding}
                """
            let configMap = ObjectValue.object([
                "apiVersion": .string("v1"), "kind": .string("ConfigMap"),
                "metadata": .object(["name": .string("tproxy-config"), "namespace": .string(system)]),
                "data": .object(["config.yaml": .string(text)]),
            ])
            try await run.kubectl.check(["apply", "-f", "-"], input: String(decoding: configMap.json(), as: UTF8.self))
            try await plugin.checkFinds("TPX108", "the Secret binding in \(system)", arguments)
            try await run.site.create(secret: "binding", ["clientid": "a", "uri": "https://example.org"])
            try await plugin.checkFinds("TPX108", "lacks clientsecret, url", arguments)
            try await run.site.create(
                secret: "binding",
                ["clientid": "a", "clientsecret": "hush-hush", "url": "x", "uri": "y"]
            )
            var result = try await plugin.tproxy(["check", "-o", "json"] + arguments)
            #expect(try CheckAnswer(result).state("Instances") == "good", "\(result.output)")
            #expect(!result.output.contains("hush-hush") && !result.errorOutput.contains("hush-hush"))

            try await run.apply(Destination(name: "mail"))
            try await run.waitUntilComplete("mail", tenants: [nil])
            // Before Kubernetes 1.22 namespaces have no label of their own, by which the manager's policies name them.
            let label = "kubernetes.io/metadata.name"
            let labels = try await run.kubectl.check([
                "get", "namespace", run.namespace, "-o", "jsonpath={.metadata.labels}",
            ])
            if !labels.contains(label) {
                try await plugin.checkFinds("TPX130", "doesn't let pods of \(run.namespace) in", arguments)
            }
            for namespace in [run.namespace, system] {
                try await run.kubectl.check(["label", "namespace", namespace, "--overwrite", "\(label)=\(namespace)"])
            }
            let answer = try await plugin.check(arguments)
            #expect(answer.state("Access") == "good", "\(answer.findings())")
            #expect(answer.finds("TPX104", "\(run.namespace)/mail"), "\(answer.findings())")
            let policy = #"""
                {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny-all"},
                "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": 443}]}]}}
                """#
            try await run.kubectl.check(["apply", "-n", run.namespace, "-f", "-"], input: policy)
            try await plugin.checkFinds("TPX130", "deny-all doesn't let them out", arguments)

            result = try await plugin.tproxy(["check"] + arguments)
            #expect(result.status == .exited(2))
            #expect(result.output.hasPrefix("✘ "), "\(result.output)")
            #expect(result.output.contains("see docs/problems.md#shut-out"))
            result = try await plugin.tproxy(["check", "--wait", "1s", "-o", "short"] + arguments)
            #expect(result.status == .exited(124), "\(result.output)")
            #expect(result.output.contains("TPX130 "))
        }
    }

    @Test("One who may read a single namespace gets a partial answer that names what is missing")
    func rights() async throws {
        try await ControllerRun.prepare { run in
            let user = "reader-\(run.namespace)"
            try await run.kubectl.check([
                "create", "role", "reader", "-n", run.namespace, "--verb=get,list",
                "--resource=destinations.destination.connectivity.api.sap",
            ])
            try await run.kubectl.check([
                "create", "rolebinding", "reader", "-n", run.namespace, "--role=reader", "--user=\(user)",
            ])
            let plugin = PluginSite(run: run)
            let system = run.site.namespace
            let answer = try await plugin.check(["-n", run.namespace, "--system-namespace", system, "--as", user])
            #expect(answer.state("Destinations") == "idle", "\(answer.gaps)")
            #expect(answer.findings().isEmpty && answer.status == .exited(1), "\(answer.findings())")
            for right in [
                "get customresourcedefinitions", "get validatingwebhookconfigurations", "create destinations",
                "get leases in \(system)", "list pods in \(system)", "list services in \(system)",
                "get configmaps in \(system)", "list deployments in \(system)",
            ] {
                #expect(
                    answer.gaps.contains { $0.hasPrefix("TPX132 ") && $0.contains(right) },
                    "\(right): \(answer.gaps)"
                )
            }
            let other = try await plugin.check(["-n", system, "--system-namespace", system, "--as", user])
            #expect(other.gaps.contains { $0.contains("list destinations") } && other.status == .exited(1))
        }
    }

    @Test("A cluster without the definition, and one with an old one, are told so")
    func definition() async throws {
        try await ControlPlane.perform { controlPlane in
            let plugin = PluginSite(kubectl: controlPlane.kubectl())
            var answer = try await plugin.check([])
            #expect(answer.finds("TPX129", "doesn't know Destinations"), "\(answer.findings())")
            #expect(answer.finds("TPX133", "there is no webhook"), "\(answer.findings())")
            #expect(answer.status == .exited(2))

            let text = try Repository.text("manifests/crd.yaml")
            try await controlPlane.kubectl().check(
                ["apply", "--validate=false", "-f", "-"],
                input: text.replacing(
                    "                destinationServiceInstanceName:",
                    with: "                formerName:"
                )
            )
            try await plugin.checkFinds("TPX129", "lacks spec.destinationServiceInstanceName", [])
            try await controlPlane.kubectl().check(
                ["apply", "--validate=false", "-f", Repository.path("manifests/crd.yaml")]
            )
            answer = try await plugin.check([])
            #expect(answer.state("Definition") == "good", "\(answer.findings())")
        }
    }
}
