import Testing

extension WithAdmission {
    /// What is let pass, but not in silence.
    @Suite struct WarningTests {
        @Test("Faults that a resource has had before the webhook came only warn, new ones refuse")
        func unchangedFaults() async throws {
            try await AdmissionSites.current.withOwnSite { site in
                let namespace = try await site.makeNamespace()
                var destination = Destination(name: "mail", tenants: #"["tenant_a"]"#)
                try await site.kubectl.create(destination, in: namespace)
                try await site.configureWebhook()

                destination.spec = ["service: {port: 2465}"]
                let warnings = try await site.kubectl.apply(destination, in: namespace)
                #expect(warnings.contains { $0.contains("TPX035") && $0.contains("tenant_a") }, "\(warnings)")

                destination.tenants = #"["tenant_a", "tenant_b"]"#
                let refusal = try await site.kubectl.run(
                    ["apply", "--validate=false", "-n", namespace, "-f", "-"],
                    input: destination.text
                )
                #expect(!refusal.succeeded)
                #expect(refusal.errors.contains(#"Invalid value: "tenant_b""#), "\(refusal.errorOutput)")
                #expect(!refusal.errors.contains(#"Invalid value: "tenant_a""#), "\(refusal.errorOutput)")
            }
        }

        @Test("Removing a tenant names the Service that goes")
        func removedTenant() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            try await site.kubectl.apply(Destination(name: "mail", tenants: #"["a", "b"]"#), in: namespace)

            let warnings = try await site.kubectl.apply(Destination(name: "mail", tenants: #"["a"]"#), in: namespace)

            #expect(warnings.count == 1, "\(warnings)")
            #expect(warnings.contains { $0.contains(#"Service "mail-b" goes"#) }, "\(warnings)")
        }

        @Test("chainRef is accepted with a warning: it has no effect on mail")
        func chain() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            let destination = Destination(name: "mail", spec: ["chainRef: {name: chain}"])

            let warnings = try await site.kubectl.create(destination, in: namespace)

            #expect(warnings.contains { $0.contains("spec.chainRef: ") }, "\(warnings)")
        }

        @Test("Without a way to the API server, admission works and says what it can't see")
        func blind() async throws {
            let sites = try AdmissionSites.current
            let server = try AdmissionProcess(.defaultInstance, authority: sites.authority)
            do {
                try await server.waitUntilReady()
                let answer = try await server.review(.create, Destination(name: "mail").object())
                await server.process.stop()
                #expect(answer.isAllowed)
                #expect(answer.warnings.contains { $0.contains("collisions") }, "\(answer.warnings)")
            } catch {
                await server.process.stop()
                throw error
            }
        }
    }
}
