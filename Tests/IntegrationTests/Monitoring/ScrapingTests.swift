import ObjectModel
import Testing

/// A real Prometheus and the real servers.
@Suite struct ScrapingTests {
    @Test("Prometheus finds all three servers, understands what they say, and can evaluate every rule and query")
    func servers() async throws {
        let authority = try await TestCA()
        let admission = try AdmissionProcess(.defaultInstance, authority: authority)
        let site = try await ProductSite()
        let manager = try ManagerServer(site)
        let inCluster = try RelayServer(site)
        let directory = try RelayDirectory.shared([
            "acme": .open(port: LoopbackPorts.free()), "globex": .open(port: LoopbackPorts.free()),
        ])
        try await stopping([admission.process, manager.process, inCluster.process]) {
            try await admission.waitUntilReady()
            try await inCluster.waitUntilReady()
            _ = try await eventually("the manager to lead", within: .seconds(60)) { () -> Void? in
                try await manager.page("/metrics").contains("tproxy_manager_leading 1") ? () : nil
            }
            try await RelayProcess.run(directory, authority: authority, routes: 2) { relay in
                // A message that can't be sent, so that there is something to count.
                _ = try await SMTPSession.envelopeReply(
                    port: relay.port("mail-dest-acme"),
                    sender: Swaks.sender,
                    recipient: MailAccount.recipient()
                )
                for page in try await [
                    relay.metrics(), inCluster.page("/metrics"), manager.page("/metrics"), admission.page("/metrics"),
                ] {
                    let result = try await Promtool.run(["check", "metrics"], input: page)
                    #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
                }
                try await expectAll([
                    MonitoredPod(server: "tproxy-relay", name: "relay-1", port: relay.metricsPort),
                    MonitoredPod(server: "tproxy-relay", name: "relay-2", port: inCluster.metricsPort),
                    MonitoredPod(server: "tproxy-manager", name: "manager-1", port: manager.metricsPort),
                    MonitoredPod(
                        server: "tproxy-admission",
                        name: "admission-1",
                        portName: "https",
                        port: admission.port
                    ),
                ])
            }
        }
        await site.remove()
    }

    private func expectAll(_ pods: [MonitoredPod]) async throws {
        // A port without metrics, and a pod that is over.
        let others = [
            MonitoredPod(server: "tproxy-relay", name: "relay-1", portName: "smtp", port: pods[0].port),
            MonitoredPod(server: "tproxy-relay", name: "relay-0", port: pods[0].port, phase: "Failed"),
        ]
        try await Prometheus.run(pods + others) { prometheus in
            _ = try await eventually("all servers to be up", within: .seconds(60)) { () -> Void? in
                try await prometheus.query("up == 1").count == pods.count ? () : nil
            }
            let targets = try await prometheus.targets()
            #expect(targets.active.count == pods.count && targets.dropped == others.count)
            let jobs = try await prometheus.query("up").compactMap { $0.labels["job"] }
            #expect(jobs.sorted() == pods.map(\.server).sorted())

            // A route's namespace is the Destination's, not that of the relay.
            let route = try await prometheus.query(#"tproxy_upstream_session_cap{tenant="acme"}"#)
            #expect(route.map { $0.labels["namespace"] } == [RelayDirectory.namespace])
            #expect(route.map { $0.labels["pod"] } == ["relay-1"])
            // And an instance is one that destinations come from.
            let usable = try await prometheus.query("tproxy_relay_instance_usable == 1")
            #expect(usable.map { $0.labels["instance"] } == [ProductSite.instance])
            #expect(usable.map { $0.labels["pod"] } == ["relay-2"])

            for query in try Dashboard.queries() {
                await #expect(throws: Never.self, "\(query)") { _ = try await prometheus.query(query) }
            }
            _ = try await eventually("all rules to be evaluated", within: .seconds(60)) { () -> Void? in
                try await prometheus.rules().allSatisfy { $0["health"] != .string("unknown") } ? () : nil
            }
            for rule in try await prometheus.rules() {
                #expect(rule["health"] == .string("ok"), "\(rule["name"]?.stringValue ?? ""): \(rule)")
            }
        }
    }

    /// Ends the servers whatever happens.
    private func stopping(_ processes: [ChildProcess], _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            for process in processes { await process.stop() }
            throw error
        }
        for process in processes { await process.stop() }
    }
}
