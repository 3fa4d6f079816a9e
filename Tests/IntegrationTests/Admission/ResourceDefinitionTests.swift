import ObjectModel
import Testing

extension WithAdmission {
    /// The resource as people meet it in kubectl.
    @Suite struct ResourceDefinitionTests {
        @Test(
            "kubectl explain teaches",
            arguments: [
                ("destination", "plain SMTP"), ("destination.spec", "destinationRef"),
                ("destination.spec.destinationRef.name", "for example"),
                ("destination.spec.accessControl.scope", "clusterWide"),
                ("destination.status.conditions", "kubectl wait"),
            ]
        )
        func explain(field: String, expected: String) async throws {
            let kubectl = try AdmissionSites.current.controlPlane.kubectl()
            // The server publishes the description of a new definition a while after it serves it.
            try await eventually("\(field) to be explained", within: .seconds(60)) {
                try await kubectl.run(["explain", field]).output.contains(expected) ? () : nil
            }
        }

        @Test("kubectl wait sees the condition, and kubectl get shows the columns")
        func status() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            try await site.kubectl.create(Destination(name: "mail", tenants: #"["a", "b"]"#), in: namespace)
            let wait = try site.kubectl.start(
                ["wait", "--for=condition=Available", "destination/mail", "-n", namespace, "--timeout=30s"]
            )

            try await site.kubectl.setStatus(of: "mail", in: namespace, .availableStatus)

            #expect(try await wait.waitUntilExit(within: .seconds(60)) == .exited(0), "\(wait.errorOutput)")
            let columns = try await site.kubectl.check(["get", "dest", "-n", namespace]).columns
            #expect(columns.map(\.first) == ["NAME", "AVAILABLE", "REASON", "DESTINATION", "TENANTS", "PORT", "AGE"])
            #expect(
                columns.dropLast().map(\.last) == [
                    "mail", "True", "ConfigurationSuccessful", "example-dest", "2/2", "465",
                ]
            )
            let wide = try await site.kubectl.check(["get", "dest", "-n", namespace, "-o", "wide"]).columns
            #expect(wide.map(\.first).contains("INSTANCE"))
            #expect(wide.map(\.last).contains("namespaced"))
            #expect(try await site.kubectl.check(["get", "tproxy", "-n", namespace]).contains("mail"))
        }

        @Test("a status as the other product writes it is accepted, and so is the name * with a warning")
        func otherProduct() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            let warnings = try await site.kubectl.create(Destination(name: "mail", destination: "'*'"), in: namespace)
            #expect(warnings.contains { $0.contains("TPX013") }, "\(warnings)")
            let condition = ObjectValue.object([
                "type": .string("Available"), "status": .string("True"),
                "reason": .string("ConfigurationSuccessful"),
                "message": .string("Technical configuration is successful"),
                "lastUpdateTime": .string("2025-01-01T00:00:00Z"),
            ])
            try await site.kubectl.setStatus(of: "mail", in: namespace, .object(["conditions": .array([condition])]))
        }

        @Test("A status that is none is refused")
        func malformedStatus() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            try await site.kubectl.create(Destination(name: "mail"), in: namespace)

            await #expect(throws: ProcessFailure.self) {
                try await site.kubectl.setStatus(of: "mail", in: namespace, .object(["port": .integer(0)]))
            }
        }

        @Test("The documented sample that lacks the line \"spec:\" is refused with a hint that mends it")
        func missingLine() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let sample = """
                apiVersion: destination.connectivity.api.sap/v1
                kind: Destination
                metadata:
                  name: mail
                  annotations:
                    transparent-proxy.connectivity.api.sap/tenant-subdomains: '["tenant-a", "tenant-b"]'
                  destinationRef:
                    name: "example-dest-smtps"
                """

            // With kubectl's own look at the fields, and without.
            for options in [["--validate=true"], ["--validate=false"]] {
                let result = try await site.kubectl.run(
                    ["create", "-n", site.namespace, "-f", "-"] + options,
                    input: sample
                )
                #expect(!result.succeeded)
                #expect(result.errorOutput.contains("destinationRef"), "\(result.errorOutput)")
            }
        }
    }
}

extension String {
    /// A table of kubectl's, column by column: the header and the last line's field.
    fileprivate var columns: [(first: String, last: String)] {
        let lines = self.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        guard let first = lines.first, let last = lines.last else { return [] }
        return Array(zip(first, last)).map { (first: $0, last: $1) }
    }
}
