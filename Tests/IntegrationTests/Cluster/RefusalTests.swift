import TestSupport
import Testing

extension WithCluster {
    /// The webhook as it is installed: behind its Service, with the certificate that the manager made.
    @Suite struct RefusalTests {
        @Test("kubectl apply of a malformed resource is refused, and says which field")
        func malformed() async throws {
            let site = try ClusterSite.current
            let cases = MalformedDestination.all.filter { $0.installation == .defaultInstance }
            try await site.withNamespace("malformed") {
                Progress.say("applying \(cases.count) malformed Destinations")
                for malformed in cases {
                    let result = try await site.kubectl.run(
                        ["apply", "--validate=false", "-n", "malformed", "-f", "-"],
                        input: malformed.text
                    )
                    #expect(!result.succeeded, "\(malformed) was stored")
                    #expect(result.errorOutput.contains("\(malformed.field): "), "\(result.errorOutput)")
                }
                let stored = try await site.kubectl.check(["get", "destinations", "-n", "malformed", "-o", "name"])
                #expect(stored.isEmpty)
            }
        }
    }
}
