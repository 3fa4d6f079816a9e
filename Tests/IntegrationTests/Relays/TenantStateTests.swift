import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

/// What the real manager makes of what relays say, up to what people and Prometheus see.
@Suite
struct TenantStateTests {
    private func status(_ manager: ManagerServer) async throws -> ObjectValue? {
        try? JSONReader.document(await manager.page("/status")).value
    }

    @Test("From nothing to Available and back, a tenant at a time")
    func states() async throws {
        try await ControllerRun.prepare { run in
            let installation = try await RelayInstallation(run)
            let relay = installation.relay
            try await run.withManager { manager in
                let (a, b) = try await installation.apply()
                try await run.reason("RelayNotReady", of: "mail", tenant: "a")
                relay.open(a.report(.pending))
                try await installation.startRelay()
                try await run.reason("DestinationLookupPending", of: "mail", tenant: "a")
                let missing = "ConfigurationError-ReferencedDestination-NotFound"
                relay.open(a.report())
                relay.open(b.report(.failed(reason: missing, message: "there is no such destination; create it")))
                try await installation.states("Ready Failed")
                try await self.checkWhatPeopleSee(run, manager, missing)

                relay.open(b.report())
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                try await eventually("no problem to be left") {
                    try await manager.page("/metrics").contains("tproxy_manager_tenant_problem{") ? nil : ()
                }
                try await installation.pods.delete("relay-1")
                try await installation.states("Pending Pending")
            }
            await relay.stop()
        }
    }

    private func checkWhatPeopleSee(_ run: ControllerRun, _ manager: ManagerServer, _ missing: String) async throws {
        let description = try await eventually("an Event") {
            let text = try await run.kubectl.check(["describe", "destination", "-n", run.namespace, "mail"])
            return text.contains("b: there is no such destination; create it") ? text : nil
        }
        #expect(description.contains("FailedToApplyConfiguration") && description.contains(missing))
        let metrics = try await manager.page("/metrics")
        let place = "namespace=\"\(run.namespace)\",destination=\"mail\""
        #expect(metrics.contains("tproxy_manager_tenant_problem{\(place),tenant=\"b\",reason=\"\(missing)\"} 1"))
        #expect(metrics.contains("tproxy_manager_destination_available{\(place)} 0"))
        #expect(metrics.contains(#"tproxy_manager_relays{state="reporting"} 1"#))
        #expect(metrics.contains(#"tproxy_manager_watch_connected{resource="pods"} 1"#))
        #expect(metrics.contains(#"tproxy_manager_tenants{state="failed"} 1"#))
        let page = try await JSONReader.document(manager.page("/destinationCRs")).value
        let item = try #require(page.arrayValue?.first { $0["namespace"]?.stringValue == run.namespace })
        #expect(item["tenantsReady"] == .string("1/2"))
        #expect(item["notReady"]?.arrayValue?.first?["tenant"] == .string("b"))
    }

    @Test("When another manager takes over, nobody notices, and the one that stood by says that it did")
    func handover() async throws {
        try await ControllerRun.prepare { run in
            let installation = try await RelayInstallation(run)
            try await run.withManager { second in
                // Somebody leads before there are two.
                try await eventually("the first to lead", within: .seconds(60)) {
                    try await self.status(second)?["leading"] == .bool(true) ? () : nil
                }
                let first = try ManagerServer(run.site)
                let (a, b) = try await installation.apply()
                installation.relay.open(a.report())
                installation.relay.open(b.report())
                try await installation.startRelay()
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                let standby = try await eventually("the other to stand by", within: .seconds(60)) {
                    try await self.status(first)
                }
                let leader = try await self.status(second)
                #expect(standby["leading"] == .bool(false) && standby["destinations"] == nil)
                #expect(standby["holder"] == leader?["identity"] && standby["holder"] != standby["identity"])
                #expect((try? await first.page("/destinationCRs")) == nil, "no list would pass for an empty one")
                #expect(try await !first.page("/metrics").contains("tp_destination_crs{"))

                let version = try await installation.resourceVersion
                await second.process.stop()
                try await eventually("the other to know all", within: .seconds(60)) {
                    let status = try await self.status(first)
                    return status?["destinations"]?["available"] == .integer(1)
                        && status?["relays"]?["reporting"] == .integer(1) ? () : nil
                }
                #expect(try await installation.resourceVersion == version)
                await first.process.stop()
            }
            await installation.relay.stop()
        }
    }

    @Test("While relays are replaced, what is Available stays so")
    func rollingUpdate() async throws {
        try await ControllerRun.prepare { run in
            let installation = try await RelayInstallation(run)
            let next = try await FakeRelay()
            try await run.withManager { manager in
                let (a, b) = try await installation.apply()
                for relay in [installation.relay, next] {
                    relay.open(a.report())
                    relay.open(b.report())
                }
                try await installation.startRelay()
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                let version = try await installation.resourceVersion
                // The new one hasn't said anything yet when the old one goes.
                next.setSlow(true)
                try await installation.pods.create("relay-2", port: next.port)
                try await installation.pods.setReady("relay-2", true)
                try await eventually("both to be ready") {
                    try await self.status(manager)?["relays"]?["ready"] == .integer(2) ? () : nil
                }
                try await installation.pods.delete("relay-1")
                try await eventually("the old one to be gone") {
                    try await self.status(manager)?["relays"]?["ready"] == .integer(1) ? () : nil
                }
                next.setSlow(false)
                try await eventually("the new one to be heard") {
                    try await self.status(manager)?["relays"]?["reporting"] == .integer(1) ? () : nil
                }
                #expect(try await installation.resourceVersion == version)
            }
            await installation.relay.stop()
            await next.stop()
        }
    }
}
