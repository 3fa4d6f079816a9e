import DestinationRules
import FoundationEssentials
import ObjectModel
import Testing
import YAML

extension WithAdmission {
    /// What must pass everywhere.
    @Suite struct AcceptedDestinationTests {
        /// The seed's resources in their correct form, and what lies just inside the bounds.
        private static let cases: [Case] =
            samples() + [
                Case(Destination(name: "lowest-port", spec: ["service: {port: 1}"])),
                Case(Destination(name: "highest-port", spec: ["service: {port: 65535}"])),
                Case(Destination(name: "longest-destination", destination: String(repeating: "d", count: 200))),
                Case(Destination(name: String(repeating: "n", count: 63))),
                Case(Destination(name: "m", tenants: #"["\#(String(repeating: "t", count: 61))"]"#)),
                Case(Destination(name: "digits", tenants: #"["1", "2tenants", "a-1"]"#)),
                Case(Destination(name: "spaces", tenants: #" [ "a" , "b" ] "#)),
                Case(
                    Destination(
                        name: "everything",
                        tenants: #"["a", "b"]"#,
                        spec: [
                            "fragmentRef: {name: f, optional: true, level: provider_instance}",
                            "destinationServiceInstanceName: dest-service", "service: {port: 2465}",
                            "accessControl: {scope: clusterWide}", "chainRef: {name: c}",
                        ]
                    )
                ),
                Case(
                    Destination(
                        name: "most-tenants",
                        tenants: "[\((0..<2000).map { #""t\#($0)""# }.joined(separator: ","))]"
                    )
                ),
            ]

        struct Case: Sendable, CustomStringConvertible {
            let description: String
            let text: String
            /// For kubectl. It looks at the fields of samples too, as when a person applies them; that takes a while.
            let options: [String]

            init(_ destination: Destination) {
                self.description = destination.name
                self.text = destination.text
                self.options = ["--validate=false"]
            }

            init(sample: String, text: String) {
                self.description = sample
                self.text = text
                self.options = []
            }
        }

        /// The files of `manifests/samples`.
        private static func samples() -> [Case] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: ClusterManifests.samples)) ?? []
            return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
                FileManager.default.contents(atPath: "\(ClusterManifests.samples)/\(name)").map {
                    Case(sample: name, text: String(decoding: $0, as: UTF8.self))
                }
            }
        }

        @Test("Accepted by the rules, the webhook alone, and the API server", arguments: Self.cases)
        func accepted(_ accepted: Case) async throws {
            let site = try AdmissionSites.current.withDefaultInstance

            for node in try YAML.documents(in: accepted.text) {
                let object = ObjectDocument(node).value
                #expect(DestinationRules.check(object, context: site.context).hasErrors == false)
                #expect(try await site.server.review(.create, object).isAllowed)
            }
            let namespace = try await site.makeNamespace()
            let result = try await site.kubectl.run(
                ["apply", "-n", namespace, "-f", "-"] + accepted.options,
                input: accepted.text
            )
            #expect(result.succeeded, "\(result.errorOutput)")
        }

        @Test("Both ways of the samples are there: for one tenant and for several")
        func samplesAreThere() throws {
            let samples = Self.samples()
            #expect(samples.contains { $0.text.contains("tenant-subdomains") })
            #expect(samples.contains { !$0.text.contains("tenant-subdomains") })
        }
    }
}
