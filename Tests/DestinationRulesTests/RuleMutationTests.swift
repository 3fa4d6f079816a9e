import DestinationModel
import DestinationRules
import ObjectModel
import TestSupport
import Testing

@Suite("Objects that were damaged at random")
struct RuleMutationTests {
    private static let replacements: [ObjectValue] = [
        .null, .bool(true), .integer(.min), .integer(.max), .double(1e300), .double(-0.5), .string(""),
        .string("[\"a\",\"\\ud83d\\ude00\"]"), .string("\u{0}\r\n"), .array([.null]), .object(["": .null]),
        .string(String(repeating: "é", count: 70)),
    ]

    /// The value with one of its parts replaced, removed or doubled.
    private func damage(_ value: ObjectValue, _ generator: inout SeededGenerator) -> ObjectValue {
        if Int.random(in: 0..<4, using: &generator) == 0 {
            return Self.replacements.randomElement(using: &generator) ?? .null
        }
        switch value {
        case .object(var members):
            guard let key = members.keys.sorted().randomElement(using: &generator) else { return value }
            members[key] = members[key].map { damage($0, &generator) }
            if Bool.random(using: &generator) { members[key + "x"] = members[key] }
            return .object(members)
        case .array, .null, .bool, .integer, .double, .string:
            return Self.replacements.randomElement(using: &generator) ?? .null
        }
    }

    @Test("Rules answer, and what they let through makes routes", arguments: 1...8)
    func survives(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let original = try Samples.destination(
            metadata: "namespace: shop\n  annotations: {\(Samples.annotation): '[\"a\", \"b\"]'}",
            destinationRef: "{name: d, level: instance}",
            spec: "fragmentRef: {name: f, optional: true}\n  service: {port: 465}\n  destinationServiceInstanceName: i"
        )
        for _ in 0..<300 {
            var damaged = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) { damaged = damage(damaged, &generator) }
            let context = RuleContext(claims: Samples.index(original))
            let report = DestinationRules.check(damaged, replacing: original, context: context)
            let alone = DestinationRules.check(damaged)
            for finding in report.findings { #expect(!finding.message.isEmpty && !finding.mend.isEmpty) }
            #expect(alone.hasErrors == (alone.resource == nil), "\(damaged)")
            if let resource = alone.resource {
                let routes = resource.routes(defaultInstance: "i", defaultNamespace: "n")
                #expect(routes.count == (resource.tenants?.count ?? 1), "\(damaged)")
            }
        }
    }
}
