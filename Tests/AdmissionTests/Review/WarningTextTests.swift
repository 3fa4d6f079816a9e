import DestinationRules
import ObjectModel
import TestSupport
import Testing

@testable import Admission

@Suite("Warnings for kubectl")
struct WarningTextTests {
    @Test("What fits stays as it is")
    func short() {
        let text = String(repeating: "a", count: 120)
        #expect(WarningText.cut(text) == text)
        #expect(WarningText.cut("") == "")
    }

    @Test(
        "What is too long is cut behind a word",
        arguments: [
            (String(repeating: "word ", count: 30), String(repeating: "word ", count: 23) + "word…"),
            (String(repeating: "a", count: 121), String(repeating: "a", count: 119) + "…"),
            ("a " + String(repeating: "b", count: 200), "a " + String(repeating: "b", count: 117) + "…"),
            (
                String(repeating: "x", count: 110) + "; " + String(repeating: "y", count: 50),
                String(repeating: "x", count: 110) + "…"
            ),
            (String(repeating: "ä ", count: 100), String(repeating: "ä ", count: 59) + "ä…"),
        ]
    )
    func long(text: String, expected: String) {
        #expect(WarningText.cut(text) == expected)
        #expect(WarningText.cut(text).count <= 120)
    }

    @Test("The Service that goes is named in full, even the longest")
    func removal() throws {
        let tenant = String(repeating: "t", count: 58)
        func object(_ tenants: String) -> ObjectValue {
            .object([
                "apiVersion": .string("destination.connectivity.api.sap/v1"),
                "kind": .string("Destination"),
                "metadata": .object([
                    "name": .string("mail"),
                    "annotations": .object([MalformedDestination.tenants: .string(tenants)]),
                ]),
                "spec": .object(["destinationRef": .object(["name": .string("example-dest")])]),
            ])
        }

        let report = DestinationRules.check(object(#"["a"]"#), replacing: object("[\"a\", \"\(tenant)\"]"))

        let finding = try #require(report.findings.first)
        #expect(WarningText.text(finding).contains("Service \"mail-\(tenant)\" goes"), "\(WarningText.text(finding))")
    }
}
