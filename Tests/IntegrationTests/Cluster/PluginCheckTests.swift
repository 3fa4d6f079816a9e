import MailSink
import Testing

extension WithCluster {
    /// `kubectl tproxy check` where there is everything: pods to forward ports to, and mail servers to log in to.
    @Suite(.serialized) struct PluginCheckTests {
        @Test("On a good installation all is well")
        func good() async throws {
            let site = try ClusterSite.current
            let namespace = "check-good"
            try await site.withNamespace(namespace) {
                try await Self.label(namespace, site)
                for sample in ["destination.yaml", "destination-multitenant.yaml"] {
                    try await site.apply(sample: sample, instance: "btp", in: namespace)
                }
                try await site.waitUntilAvailable(in: namespace)
                Progress.say("kubectl tproxy check")
                let plugin = PluginSite(kubectl: site.kubectl)
                let answer = try await plugin.check(["-n", namespace])
                #expect(answer.isWell && answer.status == .exited(0), "\(answer.findings()) \(answer.gaps)")
                #expect(answer.summary("Mail servers") == "3 of 3 logins tried are good")

                let some = try await plugin.tproxy(["check", "-n", namespace, "--trials", "1", "--wait", "10s"])
                #expect(some.succeeded, "\(some.output)")
                #expect(some.output.hasPrefix("✔ all is well\n"))
                #expect(some.output.contains("2 more routes weren't tried; try them too: --trials 3"), "\(some.output)")
            }
        }

        /// Gives a namespace the label that Kubernetes sets since 1.22, and by which the manager's policies name it.
        private static func label(_ namespace: String, _ site: ClusterSite) async throws {
            let label = "kubernetes.io/metadata.name=\(namespace)"
            try await site.kubectl.check(["label", "namespace", namespace, "--overwrite", label])
        }

        @Test("A Service among the relays' that isn't the manager's is named, and no route with it")
        func tampering() async throws {
            let site = try ClusterSite.current
            let service = ["service", "relay-29999", "-n", ClusterSite.namespace]
            try await site.kubectl.check(["create", "service", "clusterip"] + service.dropFirst() + ["--tcp=25:25"])
            let plugin = PluginSite(kubectl: site.kubectl)
            try await plugin.checkFinds("TPX137", "Service relay-29999 can't be used", [])
            try await site.kubectl.check(["delete"] + service)
            let answer = try await plugin.check(["--wait", "30s"])
            #expect(answer.isWell, "\(answer.findings()) \(answer.gaps)")
        }

        @Test("A relay that hears nothing is named, with the routes that it doesn't know and those it shouldn't serve")
        func notInStep() async throws {
            let site = try ClusterSite.current
            guard !site.cluster.isShared else { return }
            let (namespace, plugin) = ("check-step", PluginSite(kubectl: site.kubectl))
            let arguments = ["-n", namespace, "--trials", "0"]
            func create(_ name: String) async throws {
                let result = try await plugin.tproxy(["create", name, "-n", namespace, "--instance", "btp", "--wait"])
                #expect(result.succeeded, "\(result.errorOutput)")
            }
            try await site.withNamespace(namespace) {
                try await Self.label(namespace, site)
                site.outside.destinationService.setDestination(
                    site.outside.destination(of: nil).setting("Name", "early").properties
                )
                site.outside.destinationService.setDestination(
                    site.outside.destination(of: nil).setting("Name", "late").properties
                )
                try await create("early")
                let relay = try #require(try await site.readyPods(of: .relay).first)
                Progress.say("keeping the API server from a relay")
                try await site.cluster.withoutAPIServer(pod: relay, in: ClusterSite.namespace) {
                    try await create("late")
                    let unknown = "the relay \(relay) doesn't know 1 route: \(namespace)/late"
                    try await plugin.checkFinds("TPX122", unknown, arguments)
                    try await site.kubectl.check(["delete", "destination", "-n", namespace, "early"])
                    let surplus = "still serves, though nobody asks for them, 1 route: \(namespace)/early"
                    try await plugin.checkFinds("TPX122", "the relay \(relay) \(surplus)", arguments)
                }
                let answer = try await plugin.check(["--wait", "60s"] + arguments)
                #expect(answer.isWell, "\(answer.findings()) \(answer.gaps)")
            }
            for name in ["early", "late"] { site.outside.destinationService.removeDestination(name) }
        }

        /// What is wrong with a destination, and what a trial says of it.
        struct Fault: Sendable, CustomTestStringConvertible {
            let name: String
            let code: String
            let words: String
            /// Changes one that would do.
            let change: @Sendable (MailDestination) -> MailDestination
            /// Whose destination is changed.
            var tenant: String?

            var testDescription: String { name }

            static let all = [
                Fault(name: "wrong-password", code: "TPX112", words: "535") { $0.setting("mail.password", "wrong") },
                Fault(name: "unknown-host", code: "TPX115", words: "the name nowhere.") {
                    $0.setting("mail.smtps.host", "nowhere.\(OutsideWorld.domain)")
                },
                // Its certificate names the service by its long name only.
                Fault(name: "untrusted", code: "TPX114", words: "certificate") {
                    $0.setting("mail.smtps.host", "mail.\(OutsideWorld.namespace).svc")
                },
                Fault(name: "api-server", code: "TPX115", words: "address not allowed") {
                    $0.setting("mail.smtps.host", "kubernetes.default.svc.cluster.local")
                        .setting("mail.smtps.port", "443")
                },
                Fault(
                    name: "wrong-secret",
                    code: "TPX113",
                    words: "no access token",
                    change: { $0.setting("clientSecret", "wrong") },
                    tenant: OutsideWorld.tenants.last
                ),
            ]
        }

        @Test("A mail server that doesn't let the relay in is named, with why", arguments: Fault.all)
        func faults(fault: Fault) async throws {
            let site = try ClusterSite.current
            let namespace = "check-\(fault.name)"
            let good = site.outside.destination(of: fault.tenant)
            site.outside.destinationService.setDestination(
                fault.change(good.setting("Name", fault.name)).properties
            )
            try await site.withNamespace(namespace) {
                let plugin = PluginSite(kubectl: site.kubectl)
                try await Self.label(namespace, site)
                let created = try await plugin.tproxy([
                    "create", fault.name, "-n", namespace, "--instance", "btp", "--wait",
                ])
                #expect(created.succeeded, "\(created.errorOutput)")
                Progress.say("kubectl tproxy check of \(fault.name)")
                let answer = try await plugin.check(["-n", namespace])
                #expect(answer.finds(fault.code, fault.words), "\(answer.findings()) \(answer.gaps)")
                #expect(answer.findings().count == 1, "\(answer.findings())")
                #expect(answer.status == .exited(2))
            }
            site.outside.destinationService.removeDestination(fault.name)
        }
    }
}
