import FoundationEssentials
import Testing

extension WithAdmission {
    /// `kubectl tproxy check` on the webhook, with the real API server and admission server.
    @Suite struct CheckWebhookTests {
        private func withSite(
            _ body: (AdmissionSite, PluginSite, _ arguments: [String]) async throws -> Void
        ) async throws {
            try await AdmissionSites.current.withOwnSite { site in
                let namespace = try await site.makeNamespace()
                try await site.configureWebhook()
                let arguments = ["-n", namespace, "--webhook-configuration", site.name]
                try await body(site, PluginSite(kubectl: site.kubectl), arguments)
            }
        }

        private func patch(_ site: AdmissionSite, _ path: String, _ value: String) async throws {
            try await site.kubectl.check([
                "patch", "validatingwebhookconfiguration", site.name, "--type=json",
                "-p", #"[{"op": "replace", "path": "/webhooks/0/\#(path)", "value": \#(value)}]"#,
            ])
        }

        @Test("One that works is good, and an authority that soon ends is named")
        func good() async throws {
            try await withSite { _, plugin, arguments in
                let answer = try await plugin.check(arguments)
                #expect(answer.state("Webhook") == "good", "\(answer.findings()) \(answer.gaps)")
                #expect(answer.state("Definition") == "good", "\(answer.findings())")
                // The tests' authority lasts two days.
                #expect(answer.finds("TPX128", "certificate authority ends in"), "\(answer.findings())")
            }
        }

        @Test("One that fails open is named; without a server, what it lets in is")
        func failingOpen() async throws {
            try await withSite { site, plugin, arguments in
                try await patch(site, "failurePolicy", #""Ignore""#)
                let answer = try await plugin.check(arguments)
                #expect(answer.finds("TPX133", "fails open"), "\(answer.findings())")
                #expect(!answer.finds("TPX133", "let in: nobody"))
                await site.server.process.stop()
                try await plugin.checkFinds("TPX133", "a faulty resource is let in", arguments)
            }
        }

        @Test("One that can't be reached is named with the API server's words")
        func unreachable() async throws {
            try await withSite { site, plugin, arguments in
                await site.server.process.stop()
                let answer = try await plugin.check(arguments)
                #expect(answer.finds("TPX126", "connection refused"), "\(answer.findings())")
                #expect(answer.findings("Webhook").count == 1, "\(answer.findings())")
            }
        }

        @Test("One that the API server doesn't trust is named")
        func wrongAuthority() async throws {
            try await withSite { site, plugin, arguments in
                let other = try await TestCA()
                let bundle = try Data(contentsOf: URL(filePath: other.certificate)).base64EncodedString()
                try await patch(site, "clientConfig/caBundle", #""\#(bundle)""#)
                try await plugin.checkFinds("TPX134", "x509", arguments)
            }
        }

        @Test("One that isn't ours is named, and one that is gone")
        func notOurs() async throws {
            try await withSite { site, plugin, arguments in
                try await patch(
                    site,
                    "clientConfig",
                    #"{"service": {"namespace": "elsewhere", "name": "tproxy-admission", "path": "/"}}"#
                )
                try await plugin.checkFinds("TPX133", "isn't ours: it leads to the Service elsewhere/", arguments)
                try await site.kubectl.check(["delete", "validatingwebhookconfiguration", site.name])
                try await plugin.checkFinds("TPX133", "there is no webhook", arguments)
                try await plugin.checkFinds("TPX133", "a faulty resource is let in", arguments)
            }
        }
    }
}
