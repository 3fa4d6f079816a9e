import DestinationRules
import ObjectModel
import TestSupport
import Testing
import YAML

extension WithAdmission {
    /// One table of faults, and all who must find them.
    @Suite struct MalformedDestinationTests {
        @Test(
            "Refused for the same reason by the API server, the webhook alone, and the rules",
            arguments: MalformedDestination.all
        )
        func refused(_ malformed: MalformedDestination) async throws {
            let sites = try AdmissionSites.current
            let site =
                switch malformed.installation {
                case .defaultInstance: sites.withDefaultInstance
                case .noDefaultInstance: sites.withoutDefaultInstance
                }
            let object = try ObjectDocument(#require(YAML.documents(in: malformed.text).first)).value

            let errors = DestinationRules.check(object, context: site.context).findings
                .filter { $0.severity == .error }
            #expect(errors.map(\.code.rawValue) == [malformed.code])
            let error = try #require(errors.first)
            #expect("\(error.path)" == malformed.field)

            let answer = try await site.server.review(.create, object)
            #expect(!answer.isAllowed)
            #expect(answer.causes.map(\.field) == [malformed.field])
            #expect(answer.code == 422)
            expect(answer.message, says: error)

            let result = try await site.kubectl.run(
                ["create", "--validate=false", "-n", site.namespace, "-f", "-"],
                input: malformed.text
            )
            #expect(!result.succeeded, "\(malformed) was stored")
            #expect(result.errorOutput.contains("\(malformed.field): "), "\(result.errorOutput)")
            if malformed.reachesWebhook {
                expect(result.errorOutput, says: error)
            } else if result.errorOutput.contains("(TPX") {
                // Without CEL more get there, but less of them: what the API server doesn't know it has dropped.
                #expect(result.errorOutput.contains("(\(malformed.code))"), "\(result.errorOutput)")
            }
        }

        /// What is wrong, and how to mend it.
        private func expect(_ text: String, says error: Finding) {
            #expect(text.contains("\(error.path): \(error.error.detail)"))
            #expect(text.contains(error.mend))
        }
    }
}
