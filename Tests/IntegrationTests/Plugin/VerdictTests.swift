import Kubernetes
import ObjectModel
import TestSupport
import Testing
import YAML

extension WithAdmission {
    /// A rule stands once, whoever goes by it.
    @Suite struct VerdictTests {
        @Test(
            "Offline, at the API server and in the manager every malformed resource gets the same verdict",
            arguments: [true, false]
        )
        func verdicts(hasDefaultInstance: Bool) async throws {
            let sites = try AdmissionSites.current
            let admission = hasDefaultInstance ? sites.withDefaultInstance : sites.withoutDefaultInstance
            let name = "dest-service"
            try await ControllerRun.prepare { run in
                try run.site.configure(
                    .init(instances: run.site.folder(name), defaultInstance: hasDefaultInstance ? name : nil)
                )
                try await run.withManager { _ in
                    for malformed in MalformedDestination.all
                    where (malformed.installation == .defaultInstance) == hasDefaultInstance {
                        try await self.offline(malformed, hasDefaultInstance, PluginSite(run: run))
                        let refusal = try await self.create(malformed, in: admission.namespace, admission.kubectl)
                        #expect(refusal?.contains("\(malformed.field): ") == true, "\(malformed)")
                        try await self.manager(malformed, run)
                    }
                }
            }
        }

        private func offline(_ malformed: MalformedDestination, _ hasDefault: Bool, _ site: PluginSite) async throws {
            let instances = ["--instance=dest-service"] + (hasDefault ? ["--default-instance=dest-service"] : [])
            let result = try await site.tproxy(
                ["validate", "-f", "-", "-o", "json"] + instances,
                input: malformed.text
            )
            #expect(result.status == .exited(2), "\(malformed): \(result.errorOutput)")
            #expect(result.output.contains("\"\(malformed.code)\""), "\(malformed): \(result.output)")
        }

        /// What it is refused with; `nil` where it was stored.
        private func create(
            _ malformed: MalformedDestination,
            in namespace: String,
            _ kubectl: Kubectl
        ) async throws -> String? {
            let arguments = ["create", "--validate=false", "-n", namespace, "-f", "-"]
            let result = try await kubectl.run(arguments, input: malformed.text)
            return result.succeeded ? nil : result.errorOutput
        }

        /// Where no webhook keeps it out, and the schema doesn't either, the manager says what is wrong.
        private func manager(_ malformed: MalformedDestination, _ run: ControllerRun) async throws {
            if let refusal = try await self.create(malformed, in: run.namespace, run.kubectl) {
                #expect(refusal.contains("\(malformed.field): "), "\(malformed): \(refusal)")
                return
            }
            let document = try ObjectDocument(#require(YAML.documents(in: malformed.text).first)).value
            let name = try #require(document["metadata"]?["name"]?.stringValue)
            try await run.status("\(malformed.code), \(malformed)", of: name) { status in
                let conditions = status["conditions"]?.arrayValue ?? []
                let messages = (conditions + (status["tenants"]?.arrayValue ?? [])).compactMap {
                    $0["message"]?.stringValue
                }
                return messages.contains { $0.contains(malformed.code) }
            }
            try await run.delete(name)
        }
    }
}
