import DestinationModel
import DestinationRules
import ObjectModel
import Testing
import YAML

@Suite("The documented samples, as people paste them")
struct SampleTests {
    @Test("One tenant, nothing filled in: the placeholder and the comment are named with their places")
    func single() throws {
        let document = try Samples.document(Samples.single)
        let report = DestinationRules.check(document.value)
        #expect(report.codes == ["TPX004", "TPX016"])
        #expect(report.findings.map { $0.position(in: document.positions)?.description } == ["4:9", "8:35"])
        #expect(report.servable == nil)
    }

    @Test("One tenant, filled in but for the comment: the mend is the name")
    func comment() throws {
        let text = Samples.single.replacing("<destination-cr-name>", with: "mail")
            .replacing("<dest-service-instance-name>", with: "dest-service")
        let report = DestinationRules.check(try Samples.document(text).value)
        #expect(report.codes == ["TPX016"])
        #expect(report.findings.first?.mend.contains("\"dest-service\"") == true)
    }

    @Test("One tenant, filled in with a comment that is one")
    func filledIn() throws {
        let text = Samples.single.replacing("<destination-cr-name>", with: "mail")
            .replacing("<dest-service-instance-name>", with: "dest-service").replacing(" // ", with: " # ")
        let report = DestinationRules.check(try Samples.document(text).value)
        let expected = DestinationResource(
            namespace: nil,
            name: "mail",
            destination: "example-dest-smtps",
            instance: "dest-service"
        )
        #expect(report.findings == [])
        #expect(report.resource == expected)
    }

    @Test("Several tenants: the missing line is named")
    func shared() throws {
        let text = Samples.shared.replacing("<destination-cr-name>", with: "mail")
        let document = try Samples.document(text)
        let report = DestinationRules.check(document.value)
        #expect(report.codes == ["TPX010"])
        let finding = try #require(report.findings.first)
        #expect(finding.message.hasPrefix("spec: Required value: destinationRef stands under metadata"))
        #expect(finding.mend.contains("\"spec:\""))
        #expect(DestinationRules.check(try Samples.document(Samples.shared).value).codes == ["TPX004", "TPX010"])
    }

    @Test("Several tenants, as the API server passes it on: without what it doesn't know")
    func pruned() throws {
        let text = Samples.shared.replacing("<destination-cr-name>", with: "mail")
            .split(separator: "\n").filter { !$0.contains("destinationRef") && !$0.contains("example-dest") }
            .filter { !$0.contains("ommited") }.joined(separator: "\n")
        let report = DestinationRules.check(try Samples.document(text).value)
        #expect(report.codes == ["TPX010"])
        #expect(report.findings.first?.mend.contains("metadata") == true)
    }

    @Test("Several tenants with the line put in")
    func mended() throws {
        let text = Samples.shared.replacing("<destination-cr-name>", with: "mail")
            .replacing("  destinationRef:", with: "spec:\n  destinationRef:").replacing(" // ", with: " # ")
            .replacing("<dest-service-instance-name>", with: "dest-service")
        let report = DestinationRules.check(try Samples.document(text).value)
        #expect(report.codes == [])
        let routes = report.resource?.routes(defaultInstance: nil, defaultNamespace: "shop") ?? []
        #expect(routes.map(\.serviceName.rawValue) == ["mail-another-tenant-subdomain", "mail-tenant-subdomain"])
    }
}
