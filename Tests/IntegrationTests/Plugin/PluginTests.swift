import ObjectModel
import Testing

/// `kubectl tproxy` by the real kubectl, against a real API server with a manager. No relay takes part.
@Suite struct PluginTests {
    @Test("A Destination is created, listed, explained, changed and deleted")
    func life() async throws {
        try await ControllerRun.perform { run in
            let site = PluginSite(run: run)
            let namespace = ["-n", run.namespace]

            let created = try await site.tproxy(["create", "mail-dest", "--tenant", "tenant-a,tenant-b"] + namespace)
            #expect(created.succeeded, "\(created.errorOutput)")
            #expect(created.output == "Destination \(run.namespace)/mail-dest created\n")
            #expect(created.errorOutput.contains("telnet mail-dest-tenant-a.\(run.namespace) 465"))
            // No relay serves it.
            let late = try await site.tproxy(["create", "late", "-o", "name", "--wait", "--timeout", "1"] + namespace)
            #expect(late.status == .exited(124) && late.output.hasSuffix("/late\n"), "\(late.errorOutput)")
            #expect(late.errorOutput.contains("mail can't be sent after 1 s; see why: kubectl tproxy describe"))
            try await run.waitUntilComplete("mail-dest", tenants: ["tenant-a", "tenant-b"])

            let list = try await site.tproxy(["get"] + namespace)
            #expect(list.succeeded, "\(list.errorOutput)")
            #expect(list.output.contains("mail-dest   ! Pending   0/2       465"))

            let described = try await site.tproxy(["describe", "mail-dest"] + namespace)
            #expect(described.status == .exited(2))
            #expect(
                described.output.hasPrefix("! \(run.namespace)/mail-dest: mail can't be sent yet for 2 of 2 tenants\n")
            )
            #expect(described.output.contains("TPX104"))
            #expect(described.output.contains(/Available +False/))
            for format in ["json", "yaml", "name"] {
                let object = try await site.tproxy(["describe", "mail-dest", "-o", format] + namespace)
                #expect(object.status == .exited(2) && object.output.contains("mail-dest"), "\(format)")
            }
            #expect(described.output.contains("kubectl get pods -n \(run.site.namespace)"))

            let added = try await site.tproxy(["tenants", "mail-dest", "add", "tenant-c"] + namespace)
            #expect(added.succeeded, "\(added.errorOutput)")
            let tenants = try await site.tproxy(["tenants", "mail-dest"] + namespace)
            #expect(tenants.output == "tenant-a\ntenant-b\ntenant-c\n")
            let removed = try await site.tproxy(["tenants", "mail-dest", "remove", "tenant-a"] + namespace)
            #expect(removed.succeeded && removed.errorOutput.contains("mail-dest-tenant-a"), "\(removed.errorOutput)")

            let unknown = try await site.tproxy(["tenants", "mail-dest", "remove", "tenant-z"] + namespace)
            #expect(unknown.status == .exited(1))
            #expect(unknown.errorOutput.contains("kubectl tproxy tenants -n \(run.namespace) mail-dest list"))

            let deleted = try await site.tproxy(["delete", "mail-dest"] + namespace)
            #expect(deleted.succeeded, "\(deleted.errorOutput)")
            let gone = try await site.tproxy(["describe", "mail-dest"] + namespace)
            #expect(gone.status == .exited(1))
            #expect(gone.errorOutput.contains("not found"))
        }
    }

    @Test("What is wrong is refused before it is sent, and nothing is taken for an option or run by a shell")
    func hostile() async throws {
        try await ControllerRun.prepare { run in
            let site = PluginSite(run: run)
            for name in ["$(touch /tmp/x)", "a b", "a\nb", "'", "\"", "`id`", "A", "a.b"] {
                let result = try await site.tproxy(["create", "-n", run.namespace, "--", name])
                #expect(result.status == .exited(2), "\(name): \(result.errorOutput)")
                #expect(result.errorOutput.contains("TPX003"))
            }
            for name in ["-n", "--all", "--all-namespaces"] {
                let result = try await site.tproxy(["delete", "-n", run.namespace, "--yes", "--", name])
                #expect(result.status == .exited(1), "\(name): \(result.output) \(result.errorOutput)")
            }
            for command in ["get", "describe", "tenants", "send", "check", "delete"] {
                let result = try await site.tproxy([command, "destination/mail-dest", "-n", run.namespace])
                #expect(result.status == .exited(64), "\(result.errorOutput)")
                #expect(result.errorOutput.contains("name the Destination alone"))
            }
            for destination in ["a b", "$(id)", "--help", "\"'", "a\\nb", "é"] {
                let result = try await site.tproxy([
                    "create", "mail", "-n", run.namespace, "--dry-run=server", "--destination=\(destination)", "-o",
                    "json",
                ])
                #expect(result.succeeded, "\(destination): \(result.errorOutput)")
                let object = try JSONReader.document(result.output).value
                #expect(object["spec"]?["destinationRef"]?["name"] == .string(destination))
            }
        }
    }

    @Test("Where there is no cluster, no right or no kubectl, one line says so")
    func complaints() async throws {
        try await ControllerRun.prepare { run in
            let site = PluginSite(run: run)
            // One refuses, the other accepts and never says a word.
            let closed = try LoopbackPorts.free()
            let silent = try LoopbackListener(port: LoopbackPorts.free())
            let directory = try TemporaryDirectory()
            func kubeconfig(_ port: Int) throws -> String {
                try directory.write(
                    """
                    apiVersion: v1
                    kind: Config
                    current-context: x
                    clusters: [{name: x, cluster: {server: "https://127.0.0.1:\(port)", insecure-skip-tls-verify: true}}]
                    contexts: [{name: x, context: {cluster: x, user: x}}]
                    users: [{name: x, user: {token: x}}]
                    """,
                    to: "kubeconfig-\(port)"
                )
            }
            let mute = ["KUBECONFIG": try kubeconfig(silent.port)]
            var calls: [(what: String, arguments: [String], environment: [String: String])] = [
                ("context", ["get", "--context", "nowhere"], [:]),
                ("kubeconfig", ["get", "--kubeconfig", "/nonexistent"], [:]),
                ("forbidden", ["get", "--as", "nobody", "-n", run.namespace], [:]),
                ("kubectl", ["get"], ["KUBECTL_PATH": "/nonexistent/kubectl"]),
                ("closed", ["get"], ["KUBECONFIG": try kubeconfig(closed)]),
            ]
            for command in [
                ["get"], ["describe", "x"], ["create", "x"], ["check"], ["tenants", "x", "list"], ["delete", "x"],
                ["get", "--watch"], ["describe", "x", "--watch"],
                ["send", "x", "--from", "a@b.c", "--to", "d@e.f"],
            ] {
                calls.append(("silent", command + ["--request-timeout", "1s"], mute))
            }
            for (what, arguments, environment) in calls {
                // Each of kubectl's requests has the limit; without ours they add up.
                let result = try await site.tproxy(arguments, environment: environment, within: .seconds(15))
                #expect(result.status == .exited(1), "\(what)")
                #expect(result.output.isEmpty)
                let lines = result.errorOutput.split(separator: "\n")
                #expect(lines.count == 1 && lines[0].hasPrefix("error: "), "\(what): \(result.errorOutput)")
                #expect(result.errorOutput.contains("; "), "\(what): it doesn't say what to do: \(result.errorOutput)")
            }
        }
    }

    @Test("Who may look into one namespace only gets a part of the answer, and hears what is missing")
    func partial() async throws {
        try await ControllerRun.prepare { run in
            let site = PluginSite(run: run)
            try await run.apply(Destination(name: "mail"))
            let scope = ["reader", "-n", run.namespace]
            let resource = "--resource=destinations.destination.connectivity.api.sap"
            try await run.kubectl.check(["create", "role"] + scope + ["--verb=get,list", resource])
            try await run.kubectl.check(["create", "rolebinding"] + scope + ["--role=reader", "--user=somebody"])
            for format in [[], ["-o", "wide"], ["-o", "json"], ["-o", "yaml"], ["-o", "name"]] {
                let arguments = ["get", "-A", "-n", run.namespace] + format
                let part = try await site.tproxy(arguments + ["--as", "somebody"])
                #expect(part.status == .exited(1))
                #expect(part.output.contains("mail"), "\(format): \(part.output)")
                let lines = part.errorOutput.split(separator: "\n")
                #expect(
                    lines.count == 1 && lines[0].hasPrefix("incomplete: only those of the namespace \(run.namespace)")
                )
                #expect(lines.last?.contains("(TPX132)") == true, "\(part.errorOutput)")
                #expect(lines.last?.contains("at the cluster scope; ask an admin") == true, "\(part.errorOutput)")

                let nothing = try await site.tproxy(arguments + ["--as", "nobody"])
                #expect(nothing.status == .exited(1) && nothing.output.isEmpty)
                let refusal = nothing.errorOutput.split(separator: "\n")
                #expect(refusal.count == 1 && refusal[0].hasPrefix("error: "), "\(nothing.errorOutput)")
            }
        }
    }
}
