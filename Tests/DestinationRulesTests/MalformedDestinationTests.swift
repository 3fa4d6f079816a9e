import DestinationRules
import ObjectModel
import TestSupport
import Testing

@Suite("Destinations that must be refused")
struct MalformedDestinationTests {
    @Test("One finding each: the rule, the field, and how to mend it", arguments: MalformedDestination.all)
    func refused(destination: MalformedDestination) throws {
        let defaultName: String? =
            switch destination.installation {
            case .defaultInstance: "dest-service"
            case .noDefaultInstance: nil
            }
        let context = RuleContext(instances: .init(names: ["dest-service"], defaultName: defaultName))
        let report = DestinationRules.check(try Samples.document(destination.text).value, context: context)
        #expect(report.codes == [destination.code], "\(report.findings)")
        #expect(report.findings.map(\.path.description) == [destination.field])
        #expect(report.hasErrors)
        #expect(report.findings.first?.mend.isEmpty == false)
        let rule = Rule.all.first { $0.code == report.findings.first?.code }
        #expect(!destination.reachesWebhook || rule?.checker == .webhook)
    }

    @Test("Every rule that refuses is in the table, but for those that need more than one resource or 256 KiB")
    func complete() {
        let errors = Rule.all.filter { $0.severity == .error }.map(\.code)
        let others: [RuleCode] = [.apiVersion, .kind, .collision, .tenantsTooLong]
        #expect(
            Set(MalformedDestination.all.map(\.code)) == Set(errors.filter { !others.contains($0) }.map(\.rawValue))
        )
    }
}
