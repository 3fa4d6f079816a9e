import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@Suite("The examples in the documentation")
struct RuleExampleTests {
    @Test("The wrong lines break their rule and no other, the right ones none", arguments: Rule.all)
    func example(rule: Rule) throws {
        let context = try context(of: rule)
        #expect(try codes(rule.example.wrong, context) == [rule.code.rawValue])
        #expect(try codes(rule.example.right, context) == [])
    }

    @Test("What goes is seen by looking at what was before")
    func removal() throws {
        let example = DestinationRules.removal.example
        let before = try whole(example.right)
        #expect(DestinationRules.check(before, replacing: before).codes == [])
        let after = DestinationRules.check(try whole(example.wrong), replacing: before)
        #expect(after.codes == [DestinationRules.removal.code.rawValue])
    }

    private func codes(_ lines: String, _ context: RuleContext) throws -> [String] {
        DestinationRules.check(try whole(lines), context: context).codes
    }

    /// The setting that an example speaks of.
    private func context(of rule: Rule) throws -> RuleContext {
        switch rule.code {
        case .unknownInstance:
            return RuleContext(instances: .init(names: ["dest-service"], defaultName: "dest-service"))
        case .missingInstance:
            return RuleContext(instances: .init(names: ["dest-service"]))
        case .collision:
            let mail = try Samples.destination(metadata: #"annotations: {\#(Samples.annotation): '["a-b"]'}"#)
            return RuleContext(claims: Samples.index(mail))
        default:
            #expect((rule.example.setting == nil) == ![.tooManyTenants, .tenantsTooLong].contains(rule.code))
            return RuleContext()
        }
    }

    /// The lines with what they leave open; those that say what they are, are whole.
    private func whole(_ lines: String) throws -> ObjectValue {
        let tenants = (1...2000).map { #""tenant-\#($0)""# }.joined(separator: ", ")
        let blanks = String(repeating: " ", count: 262_144)
        let text = lines.replacing(", …", with: ", \(tenants)").replacing("…", with: blanks)
        var members = try #require(try Samples.document(text).value.objectValue)
        guard members["apiVersion"] == nil else { return .object(members) }
        members["apiVersion"] = .string(DestinationResource.apiVersion)
        members["kind"] = .string(DestinationResource.kind)
        if members["metadata"] == nil { members["metadata"] = .object(["name": .string("mail")]) }
        if members["spec"] == nil {
            members["spec"] = .object(["destinationRef": .object(["name": .string("example-dest-smtps")])])
        }
        return .object(members)
    }
}
