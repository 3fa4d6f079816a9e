import FoundationEssentials
import ObjectModel
import Testing

/// `kubectl tproxy send` where no relay runs: with them, it is tried in a whole cluster.
@Suite struct PluginSendTests {
    private static let addresses = ["--from", "a@example.com", "--to", "b@example.com"]

    @Test("Where no relay is ready, that is said, and where relays would be is found")
    func noRelay() async throws {
        try await ControllerRun.perform { run in
            let site = PluginSite(run: run)
            let send = ["send", "mail-dest", "-n", run.namespace] + Self.addresses
            let created = try await site.tproxy(["create", "mail-dest", "--tenant", "a,b", "-n", run.namespace])
            #expect(created.succeeded, "\(created.errorOutput)")
            try await run.waitUntilComplete("mail-dest", tenants: ["a", "b"])

            let result = try await site.tproxy(send + ["--tenant", "a"])
            #expect(result.status == .exited(2), "\(result.errorOutput)")
            #expect(result.output.contains("TPX120 No relay ready"))
            #expect(result.output.contains("no relay in the namespace \(run.site.namespace) is ready"))

            let json = try await site.tproxy(send + ["--tenant", "a", "-o", "json"])
            #expect(json.status == .exited(2))
            let object = try JSONReader.document(json.output).value
            #expect(object["problems"]?.arrayValue?.first?["code"] == .string("TPX120"))

            for arguments in [send, send + ["--tenant", "c"], send + ["--tenant", "a\nb"]] {
                let usage = try await site.tproxy(arguments)
                #expect(usage.status == .exited(64))
                #expect(usage.errorOutput.contains("a, b"), "\(usage.errorOutput)")
            }
            let forbidden = try await site.tproxy(send + ["--tenant", "a", "--as", "nobody"])
            #expect(forbidden.status == .exited(1) && forbidden.errorOutput.contains("forbidden"))
        }
    }

    @Test("Names and addresses are no options, and no shell reads them")
    func hostile() async throws {
        try await ControllerRun.prepare { run in
            let site = PluginSite(run: run)
            let mark = "/tmp/tproxy-plugin-send-\(UInt64.random(in: .min ... .max))"
            for name in [
                "$(touch \(mark))", "`touch \(mark)`", "'; touch \(mark); '", "--all", "-A", "a\nb", "a/b", "",
            ] {
                let result = try await site.tproxy(["send", "-n", run.namespace] + Self.addresses + ["--", name])
                // A slash is refused by its look, the rest by the API server.
                let status: Int32 = name.contains("/") ? 64 : 1
                #expect(result.status == .exited(status), "\(name): \(result.output)\(result.errorOutput)")
                #expect(result.output.isEmpty)
            }
            for address in ["a@b\r\nDATA", "$(touch \(mark))@b", "<a@b>", "--to"] {
                let result = try await site.tproxy([
                    "send", "mail", "-n", run.namespace, "--from=\(address)", "--to", "b@example.com",
                ])
                #expect(result.status == .exited(64), "\(address): \(result.errorOutput)")
            }
            #expect(!FileManager.default.fileExists(atPath: mark))
        }
    }
}
