import ObjectModel
import Testing

/// Completion as a shell has it: it asks kubectl, and that the plugin.
@Suite struct PluginCompletionTests {
    @Test("Names come from the cluster; without one, nothing is said")
    func names() async throws {
        try await ControllerRun.prepare { run in
            let site = PluginSite(run: run)
            for (name, tenants) in [("mail-dest", "tenant-a,tenant-b"), ("bills", "tenant-c")] {
                let made = try await site.tproxy(["create", name, "--tenant", tenants, "-n", run.namespace])
                #expect(made.succeeded, "\(made.errorOutput)")
            }
            // The last line says that files don't fit.
            func offered(_ words: [String]) async throws -> [String] {
                let result = try await site.completion(words)
                #expect(result.succeeded)
                var lines = result.output.split(separator: "\n").map(String.init)
                #expect(lines.popLast() == ":4", "\(words): \(result.output)")
                return lines
            }
            #expect(try await offered(["describe", "-n", run.namespace, ""]) == ["bills", "mail-dest"])
            #expect(try await offered(["send", "--namespace=\(run.namespace)", "ma"]) == ["mail-dest"])
            let tenants = try await offered(["send", "mail-dest", "-n", run.namespace, "--tenant", ""])
            #expect(tenants == ["tenant-a", "tenant-b"])
            let removed = try await offered(["tenants", "-n", run.namespace, "mail-dest", "remove", "tenant-b", ""])
            #expect(removed == ["tenant-a"])
            #expect(try await offered(["get", "-n", run.namespace]) == [run.namespace])
            #expect(try await offered(["ver"]).first?.hasPrefix("version\t") == true)

            // No such context, no right, no such Destination, and names that a shell would run.
            for words in [
                ["describe", "--context=nowhere", ""], ["describe", "--as", "nobody", "-n", run.namespace, ""],
                ["send", "nothing", "-n", run.namespace, "--tenant", ""],
                ["send", "$(touch /tmp/tproxy-plugin-completion)", "--tenant", ""], ["send", "--all", "--tenant", ""],
                ["describe", "-n", "a b", ""], ["describe", "--kubeconfig=/nonexistent", ""],
            ] {
                #expect(try await offered(words).isEmpty, "\(words)")
            }
        }
    }
}
