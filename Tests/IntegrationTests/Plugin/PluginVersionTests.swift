import ObjectModel
import Testing

/// `kubectl tproxy version` against Deployments in a real API server.
@Suite struct PluginVersionTests {
    /// A Deployment as the manifests have it; nothing runs it.
    private func deployment(_ name: String, _ image: String, in namespace: String) -> ObjectValue {
        let labels = ObjectValue.object(["app.kubernetes.io/part-of": .string("tproxy")])
        let pod = ObjectValue.object([
            "containers": .array([.object(["name": .string("server"), "image": .string(image)])])
        ])
        return .object([
            "apiVersion": .string("apps/v1"), "kind": .string("Deployment"),
            "metadata": .object([
                "name": .string(name), "namespace": .string(namespace), "labels": labels,
            ]),
            "spec": .object([
                "replicas": .integer(0), "selector": .object(["matchLabels": labels]),
                "template": .object(["metadata": .object(["labels": labels]), "spec": pod]),
            ]),
        ])
    }

    @Test("Plugin and servers are listed; those that are apart are named, and what can't be read is, too")
    func versions() async throws {
        try await ControllerRun.prepare { run in
            let site = PluginSite(run: run)
            let arguments = ["version", "--system-namespace", run.site.namespace]

            let client = try await site.tproxy(["version", "--client"], environment: ["KUBECTL_PATH": "/nonexistent"])
            #expect(client.succeeded && client.errorOutput.isEmpty)
            let own = try #require(client.output.split(separator: " ").last).dropLast()
            #expect(client.output == "kubectl-tproxy \(own)\n")

            let none = try await site.tproxy(arguments)
            #expect(none.status == .exited(1) && none.output == client.output)
            #expect(none.errorOutput.contains("--system-namespace"), "\(none.errorOutput)")

            let (relay, manager) = ("tproxy-relay", "tproxy-manager")
            try await run.kubectl.apply([
                self.deployment(relay, "registry:5000/\(relay):\(own)", in: run.site.namespace),
                self.deployment(manager, "\(manager):\(own)", in: run.site.namespace),
            ])
            let together = try await site.tproxy(arguments)
            #expect(together.succeeded, "\(together.output)\(together.errorOutput)")
            #expect(together.output.contains("\(relay)     \(own)     registry:5000/\(relay):\(own)\n"))

            try await run.kubectl.apply([self.deployment(relay, "\(relay):99.0.0", in: run.site.namespace)])
            for format in ["text", "json", "yaml"] {
                let apart = try await site.tproxy(arguments + ["-o", format])
                #expect(apart.status == .exited(2), "\(format)")
                #expect(
                    apart.output.contains("TPX131") && apart.output.contains("update the plugin"),
                    "\(apart.output)"
                )
            }
            let object = try JSONReader.document(try await site.tproxy(arguments + ["-o", "json"]).output).value
            #expect(object["client"]?["version"] == .string(String(own)))
            #expect(object["servers"]?.arrayValue?.map { $0["name"] } == [.string(manager), .string(relay)])

            let forbidden = try await site.tproxy(arguments + ["--as", "nobody"])
            #expect(forbidden.status == .exited(1) && forbidden.output == client.output)
            #expect(forbidden.errorOutput.contains("deployments.apps is forbidden"), "\(forbidden.errorOutput)")
        }
    }
}
