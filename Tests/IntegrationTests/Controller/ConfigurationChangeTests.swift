import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension ControllerTests {
    /// The configuration is changed under a running manager.
    @Suite struct ConfigurationChangeTests {
        @Test("The port range is moved, shrunk and grown: who has a port keeps it, and others come from the new range")
        func ports() async throws {
            try await ControllerRun.prepare { run in
                try await run.withManager { manager in
                    try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
                    try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                    let ports = [try await run.port("mail-a"), try await run.port("mail-b")]
                    let services = try await run.services()

                    // Moved away from both.
                    let all = run.site.ports
                    let other = try #require(
                        stride(from: all.lowerBound, through: all.upperBound - 9, by: 10).map { $0...$0 + 9 }
                            .first { range in !ports.contains { range.contains($0) } }
                    )
                    try await run.reload(manager, .init(ports: other))
                    try await run.apply(Destination(name: "new", tenants: #"["c"]"#))
                    try await run.waitUntilComplete("new", tenants: ["c"])
                    let third = try await run.port("new-c")
                    #expect(other.contains(third))
                    #expect(try await run.services().filter { services.keys.contains($0.key) } == services)
                    // What is deleted by hand comes back as it was.
                    let name = RelayService.name(port: ports[0])
                    try await run.kubectl.check(["delete", "service", "-n", run.site.namespace, name])
                    try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                    #expect(try await run.port("mail-a") == ports[0])

                    // Shrunk to what is in use.
                    try await run.reload(manager, .init(ports: third...third))
                    try await run.apply(Destination(name: "more", tenants: #"["d"]"#))
                    try await run.reason("PortRangeExhausted", of: "more", tenant: "d")

                    // Grown: nobody touches the Destination that waits.
                    try await run.reload(manager, .init())
                    try await run.waitUntilComplete("more", tenants: ["d"])
                    try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                    #expect(
                        [try await run.port("mail-a"), try await run.port("mail-b"), try await run.port("new-c")]
                            == ports + [third]
                    )
                }
            }
        }

        @Test("Another default scope and cluster domain reach what exists, and nothing else moves")
        func scopeAndDomain() async throws {
            try await ControllerRun.prepare { run in
                try await run.withManager { manager in
                    try await run.apply(Destination(name: "mail"))
                    try await run.apply(Destination(name: "own", spec: ["accessControl: {scope: namespaced}"]))
                    try await run.waitUntilComplete("mail", tenants: [nil])
                    try await run.waitUntilComplete("own", tenants: [nil])
                    let port = try await run.port("mail")
                    let versions = try await run.versions()
                    #expect(try await !run.isOpenToAll("mail"))

                    try await run.reload(manager, .init(defaultScope: "clusterWide"))
                    try await eventually("everybody to be let in", within: .seconds(60)) {
                        try await run.isOpenToAll("mail") ? () : nil
                    }
                    try await run.status("the scope", of: "mail") { $0["scope"] == .string("clusterWide") }
                    #expect(try await !run.isOpenToAll("own"))
                    let changed = try await run.versions().filter { $0.value != versions[$0.key] }.keys
                    #expect(changed.count == 2, "\(changed)")

                    try await run.reload(manager, .init(defaultScope: "clusterWide", clusterDomain: "other.example"))
                    for name in ["mail", "own"] {
                        let end = ".\(run.site.namespace).svc.other.example"
                        try await eventually("the name to end in \(end)", within: .seconds(60)) { () -> Void? in
                            let host = try await run.alias(name)["spec"]?["externalName"]?.stringValue ?? ""
                            return host.hasSuffix(end) ? () : nil
                        }
                    }
                    #expect(try await run.port("mail") == port)
                }
            }
        }

        @Test("A file that can't be used changes nothing and is told; the next one counts, with its resync interval")
        func brokenFile() async throws {
            try await ControllerRun.prepare { run in
                try run.site.configure(.init(resyncMinutes: 1440))
                try await run.withManager { manager in
                    try await run.apply(Destination(name: "mail"))
                    try await run.waitUntilComplete("mail", tenants: [nil])
                    let port = try await run.port("mail")
                    let resync = "tproxy_manager_last_resync_timestamp_seconds"
                    let first = try await eventually("the first look at everything", within: .seconds(60)) {
                        try await run.metric(manager, resync)
                    }

                    try run.site.write(configuration: "relay: {portRange: 9-1}\nclusterDomian: other.example\n")
                    for word in ["the old one holds", "portRange", "did you mean clusterDomain"] {
                        try await eventually("the log to say \(word)", within: .seconds(30)) { () -> Void? in
                            manager.log.contains(word) ? () : nil
                        }
                    }
                    #expect(try await run.metric(manager, #"tproxy_manager_reloads_total{result="failed"}"#) == 1)
                    try await run.apply(Destination(name: "new"))
                    try await run.waitUntilComplete("new", tenants: [nil])
                    #expect(try await run.site.ports.contains(run.port("new")))

                    try await run.reload(manager, .init(resyncMinutes: 1))
                    let second = try await eventually("a look at everything", within: .seconds(60)) {
                        try await run.metric(manager, resync).flatMap { $0 > first ? $0 : nil }
                    }
                    let third = try await eventually("the next one", within: .seconds(120)) {
                        try await run.metric(manager, resync).flatMap { $0 > second ? $0 : nil }
                    }
                    #expect(third - second > 55, "the interval isn't kept")
                    #expect(try await run.port("mail") == port)
                }
            }
        }
    }
}

extension ControllerRun {
    /// Changes the configuration and waits until the manager has taken it.
    fileprivate func reload(_ manager: ManagerServer, _ configuration: ProductSite.Configuration) async throws {
        let reloads = #"tproxy_manager_reloads_total{result="done"}"#
        let before = try await self.metric(manager, reloads) ?? 0
        try self.site.configure(configuration)
        try await eventually("the manager to take the configuration", within: .seconds(30)) {
            try await self.metric(manager, reloads) ?? 0 > before ? () : nil
        }
    }

    fileprivate func metric(_ manager: ManagerServer, _ series: String) async throws -> Double? {
        let lines = try await manager.page("/metrics").split(separator: "\n")
        return lines.first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    /// What leads to the relays, and in what version.
    fileprivate func services() async throws -> [String: String] {
        try await self.versions().filter { !$0.key.contains("destinations") }
    }

    /// Whether pods of all namespaces may connect to a Destination's ports.
    fileprivate func isOpenToAll(_ name: String) async throws -> Bool {
        let uid = try await self.site.client.get(.destinations, name, in: self.namespace).metadata.uid
        let policy = try await self.site.client.get(.networkPolicies, "destination-\(uid)", in: self.site.namespace)
        let peer = policy["spec"]?["ingress"]?.arrayValue?.first?["from"]?.arrayValue?.first
        return peer == .object(["namespaceSelector": .object([:])])
    }
}
