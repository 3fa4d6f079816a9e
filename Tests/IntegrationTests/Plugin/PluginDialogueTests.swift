import ObjectModel
import Testing

/// What each command says that changes or makes something, on standard output and standard error.
@Suite struct PluginDialogueTests {
    @Test("A Destination's life, as it is typed and answered", arguments: PluginSite.forms)
    func dialogue(form: PluginSite.Form) async throws {
        try await ControllerRun.perform { run in
            let site = PluginSite(run: run)
            let files = try TemporaryDirectory()
            let faulty = try files.write(
                """
                apiVersion: destination.connectivity.api.sap/v1
                kind: Destination
                metadata:
                  name: mail.dest
                  annotations:
                    transparent-proxy.connectivity.api.sap/tenant-subdomains: tenant-a, tenant-b
                spec:
                  destinationRef: {}

                """,
                to: "faulty.yaml"
            )
            let golden = Golden(replacements: [
                (run.namespace, "shop-namespace-123"), (run.site.namespace, "tproxy-system-1234"),
                (files.path, "FILES"),
            ])
            let there = ["-n", run.namespace]
            let calls: [(arguments: [String], status: Int32)] = [
                (["template", "mail-dest", "--authentication", "oauth2", "--host", "mail.example.com"], 0),
                (["template", "mail-dest", "--secret"] + there, 0),
                (["template", "mail dest", "--secret"], 64),
                (["validate", "-f", faulty], 2),
                (["validate", "-f", faulty, "-f", files.path("missing.yaml"), "-o", "json"], 2),
                (["validate", "-f", files.path("missing.yaml")], 1),
                (["create", "mail-dest", "--tenant", "tenant-a", "--dry-run=client", "-o", "yaml"] + there, 0),
                (["create", "mail.dest"] + there, 2),
                (["create", "mail-dest", "--tenant", "tenant-a"] + there, 0),
                (["create", "mail-dest"] + there, 1),
                (["tenants", "mail-dest"] + there, 0),
                (["tenants", "mail-dest", "add", "tenant-b"] + there, 0),
                (["tenants", "mail-dest", "add", "tenant-b"] + there, 0),
                (["tenants", "mail-dest", "remove", "tenant-c"] + there, 1),
                (["tenants", "mail-dest", "remove", "tenant-a"] + there, 0),
                (["tenants", "mail-dest", "remove", "tenant-b"] + there, 1),
                (["delete", "mail-dest", "--yes"] + there, 0),
                (["delete", "mail-dest", "--yes"] + there, 1),
                (["delete", "mail-dest", "--ignore-not-found"] + there, 0),
                (["version", "--client"], 0),
            ]
            var transcript = ""
            for (arguments, status) in calls {
                let result = try await site.tproxy(
                    arguments,
                    environment: form.environment,
                    columns: form.columns
                )
                #expect(result.status == .exited(status), "\(arguments)")
                transcript += "$ kubectl tproxy \(arguments.joined(separator: " "))\n\(result.output)"
                // On a terminal both go there.
                if !result.errorOutput.isEmpty { transcript += "--- standard error\n\(result.errorOutput)" }
                transcript += "--- \(status)\n\n"
            }
            try golden.check("dialogue-\(form.name)", transcript)
        }
    }

    @Test("What programs read is JSON, and the scripts for shells are ones")
    func forms() async throws {
        try await ControllerRun.prepare { run in
            try await run.apply(Destination(name: "mail"))
            let site = PluginSite(run: run)
            for arguments in [["get"], ["get", "mail"], ["describe", "mail"], ["check"], ["version", "--client"]] {
                let result = try await site.tproxy(arguments + ["-o", "json", "-n", run.namespace])
                #expect(throws: Never.self, "\(arguments)") { _ = try JSONReader.document(result.output) }
            }
            for shell in ["bash", "zsh", "fish"] {
                let script = try await site.tproxy(["completion", shell])
                #expect(script.succeeded && script.output.contains("kubectl completion \(shell)"), "\(shell)")
                guard shell == "bash" else { continue }
                #expect(try await ProcessRunner.run(["/bin/bash", "-n"], input: script.output).succeeded)
            }
        }
    }
}
