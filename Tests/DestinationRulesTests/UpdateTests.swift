import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@Suite("Updates")
struct UpdateTests {
    @Test("A fault that was there before is a warning; a new one is not")
    func ratchet() throws {
        let old = try Samples.destination(name: "mail.dest", spec: "service: {port: 0}")
        let same = DestinationRules.check(old, replacing: old)
        #expect(same.codes == ["TPX003", "TPX019"])
        #expect(same.findings.allSatisfy { $0.severity == .warning })
        #expect(!same.hasErrors)
        #expect(same.servable == nil)
        let changed = try Samples.destination(name: "mail.dest", spec: "service: {port: -5}")
        let report = DestinationRules.check(changed, replacing: old)
        #expect(report.findings.map(\.severity) == [.warning, .error])
    }

    @Test("An old bad tenant doesn't keep anyone from adding a good one")
    func tenants() throws {
        let old = try Samples.tenants(#"'["Bad"]'"#)
        let new = try Samples.tenants(#"'["good", "Bad"]'"#)
        let report = DestinationRules.check(new, replacing: old)
        #expect(!report.hasErrors)
        #expect(report.servable?.tenants == ["good"])
        let worse = try Samples.tenants(#"'["Worse", "Bad"]'"#)
        #expect(DestinationRules.check(worse, replacing: old).hasErrors)
    }

    @Test(
        "What goes is named",
        arguments: [
            (#"'["a", "b"]'"#, #"'["b"]'"#, ["mail-a"]), (#"'["a"]'"#, "~", ["mail-a"]), ("~", #"'["a"]'"#, ["mail"]),
            (#"'["a", "b"]'"#, #"'["b", "a"]'"#, []), (#"'["a"]'"#, #"'["a", "b"]'"#, []),
        ]
    )
    func removals(before: String, after: String, services: [String]) throws {
        let report = DestinationRules.check(try Samples.tenants(after), replacing: try Samples.tenants(before))
        #expect(report.findings.filter { $0.code == .tenantRemoved }.count == report.findings.count)
        #expect(report.findings.count == services.count)
        for (finding, service) in zip(report.findings, services) {
            #expect(finding.severity == .warning)
            #expect(finding.message.contains("Service \"\(service)\" goes"))
        }
    }
}
