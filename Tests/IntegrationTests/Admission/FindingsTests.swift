import Testing

extension WithAdmission {
    /// Several faults in one resource.
    @Suite struct FindingsTests {
        @Test("All that the webhook finds is in one answer, with what to do")
        func allAtOnce() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let destination = Destination(
                name: "mail",
                tenants: #"["Tenant-A", "tenant.b", "c", "c"]"#,
                spec: ["destinationServiceInstanceName: dest-sevice"]
            )

            let result = try await site.kubectl.run(
                ["create", "--validate=false", "-n", site.namespace, "-f", "-"],
                input: destination.text
            )

            #expect(!result.succeeded)
            let lines = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("* ") }
            #expect(lines.count == 4, "\(result.errorOutput)")
            for expected in [#""Tenant-A""#, #""tenant.b""#, #"Duplicate value: "c""#, #""dest-sevice""#] {
                #expect(lines.contains { $0.contains(expected) }, "\(expected) in \(result.errorOutput)")
            }
            #expect(lines.contains { $0.contains("dest-service") }, "the likely name is in \(result.errorOutput)")
        }

        @Test("All that the schema finds is in one answer")
        func schema() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let destination = Destination(
                name: "mail",
                spec: ["service: {port: 65536}", "accessControl: {scope: cluster}", "fragmentRef: {level: tenant}"]
            )

            let result = try await site.kubectl.run(
                ["create", "--validate=false", "-n", site.namespace, "-f", "-"],
                input: destination.text
            )

            #expect(!result.succeeded)
            for field in [
                "spec.service.port", "spec.accessControl.scope", "spec.fragmentRef.level", "spec.fragmentRef.name",
            ] {
                #expect(result.errorOutput.contains("\(field): "), "\(field) in \(result.errorOutput)")
            }
        }
    }
}
