import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@Suite("The table of rules")
struct RuleTableTests {
    private let rules = Rule.all + [DestinationRules.removal]

    @Test("Codes are unique, in order and well-formed; every rule explains itself")
    func table() {
        let codes = rules.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(codes == codes.sorted())
        for rule in rules {
            #expect(rule.code.rawValue.wholeMatch(of: /TPX[0-9]{3}/) != nil)
            #expect(!rule.title.isEmpty && !rule.title.hasSuffix("."))
            #expect(rule.explanation.hasSuffix("."))
        }
    }

    @Test("Values in messages are escaped and cut")
    func shownValues() throws {
        let evil = String(repeating: "x", count: 5000) + "\n"
        let object = ObjectValue.object([
            "apiVersion": .string(evil), "kind": .string("a\nb\u{1B}[31m\u{202E}"),
            "metadata": .object(["name": .string(evil), evil: .null, "x\n": .null]),
        ])
        for finding in DestinationRules.check(object).findings {
            #expect(finding.message.count < 400)
            #expect(!finding.description.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
        }
    }
}
