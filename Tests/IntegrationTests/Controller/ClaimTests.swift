import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension ControllerTests {
    /// Who gets a name and a port, and who doesn't.
    @Suite struct ClaimTests {
        @Test("A foreign Service is never touched; the tenant says so, and is served once it is gone")
        func foreign() async throws {
            try await ControllerRun.perform { run in
                let foreign = ["create", "service", "clusterip", "-n", run.namespace, "mail-a", "--tcp=465:465"]
                try await run.kubectl.check(foreign)
                let version = try await run.alias("mail-a").metadata.resourceVersion
                try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))

                _ = try await run.port("mail-b")
                try await run.reason("ConfigurationError-K8sResourceWithNameAlreadyPresent", of: "mail", tenant: "a")
                #expect(try await run.alias("mail-a").metadata.resourceVersion == version)

                try await run.kubectl.check(["delete", "service", "-n", run.namespace, "mail-a"])
                try await run.waitUntilComplete("mail", tenants: ["a", "b"])
            }
        }

        @Test("Of two Destinations that claim one Service the older keeps it; the other gets it when that goes")
        func collision() async throws {
            try await ControllerRun.perform { run in
                try await run.apply(Destination(name: "mail", tenants: #"["a-b", "c"]"#))
                try await run.waitUntilComplete("mail", tenants: ["a-b", "c"])
                let port = try await run.port("mail-a-b")
                // Creation times are whole seconds.
                try await Task.sleep(for: .milliseconds(1100))
                try await run.apply(Destination(name: "mail-a", tenants: #"["b", "d"]"#))

                _ = try await run.port("mail-a-d")
                let reason = "ConfigurationError-DuplicateDestinationCustomResource"
                try await run.reason(reason, of: "mail-a", tenant: "b")
                #expect(try await run.port("mail-a-b") == port)

                try await run.apply(Destination(name: "mail", tenants: #"["c"]"#))
                try await run.waitUntilComplete("mail-a", tenants: ["b", "d"])
                #expect(try await run.port("mail-a-b") != port)
            }
        }

        @Test("What the API server refuses to make is said in its words, and is made once it is allowed")
        func refused() async throws {
            try await ControllerRun.perform { run in
                try await run.apply(Destination(name: "mail", tenants: #"["a"]"#))
                try await run.waitUntilComplete("mail", tenants: ["a"])
                let port = try await run.port("mail-a")
                try await run.limitServices(to: 1)

                try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
                let status = try await run.status("the refusal", of: "mail") { status in
                    status["tenants"]?.arrayValue?.contains { $0["reason"]?.stringValue == "ServiceCreationFailed" }
                        == true
                }
                let refused = status["tenants"]?.arrayValue?.first {
                    $0["reason"]?.stringValue == "ServiceCreationFailed"
                }
                #expect(refused?["tenant"]?.stringValue == "b")
                #expect(refused?["message"]?.stringValue?.contains("exceeded quota: services") == true, "\(status)")
                #expect(try await run.port("mail-a") == port)

                try await run.kubectl.check(["delete", "resourcequota", "-n", run.namespace, "services"])
                try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                #expect(try await run.port("mail-a") == port)
            }
        }

        @Test("A full range is said, hurts nobody else, and is over once a port has become free")
        func exhausted() async throws {
            try await ControllerRun.perform(portCount: 4, options: ["--quarantine", "3"]) { run in
                try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
                try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                try await run.apply(Destination(name: "more", tenants: #"["c"]"#))
                try await run.reason("PortRangeExhausted", of: "more", tenant: "c")
                #expect(try await run.site.claims().count == 2)

                try await run.apply(Destination(name: "mail", tenants: #"["b"]"#))
                try await run.waitUntilComplete("more", tenants: ["c"])
            }
        }

        @Test("A port that was given up is kept from others, and given back to whose it was")
        func quarantine() async throws {
            try await ControllerRun.perform(portCount: 5) { run in
                try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
                try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                let port = try await run.port("mail-a")
                try await run.apply(Destination(name: "mail", tenants: #"["b"]"#))
                try await eventually("the claim to be given up", within: .seconds(60)) {
                    try await run.site.claims()[port]?.isServed == false ? () : nil
                }

                try await run.apply(Destination(name: "other", tenants: #"["x", "y"]"#))
                try await run.reason("PortRangeExhausted", of: "other", tenant: "y")
                #expect(try await run.port("other-x") != port)

                try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
                try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                #expect(try await run.port("mail-a") == port)
            }
        }

        @Test("Namespaces without the label aren't served; one that loses it is left, one that gets it back is too")
        func namespaces() async throws {
            try await ControllerRun.perform { run in
                try await run.apply(Destination(name: "mail"))
                try await run.waitUntilComplete("mail", tenants: [nil])
                let port = try await run.port("mail")
                let label = "transparent-proxy.connectivity.api.sap/namespace"

                try await run.kubectl.check(["label", "namespace", run.namespace, "\(label)-"])
                try await eventually("the Service to go", within: .seconds(60)) {
                    try await run.site.relayPort(of: "mail", in: run.namespace) == nil ? () : nil
                }
                try await eventually("the claim to be given up", within: .seconds(60)) {
                    try await run.site.claims()[port]?.isServed == false ? () : nil
                }
                try await run.kubectl.check(["label", "namespace", run.namespace, "\(label)=\(run.site.namespace)"])
                try await run.waitUntilComplete("mail", tenants: [nil])
                #expect(try await run.port("mail") == port)
            }
        }
    }
}
